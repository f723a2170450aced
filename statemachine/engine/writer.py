"""The order of things, without any I/O of its own: events in, groups of rows out, then replies and commands.

Commit, then act: nothing leaves here before `committed` was called for its group. Knows no clock, thread or loop; its
driver brings the time and carries groups to the store.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import msgspec

from statemachine.checkpoint.read import read_checkpoint
from statemachine.checkpoint.write import Rows
from statemachine.core.advance import advance
from statemachine.core.compile import Machine
from statemachine.core.events import (
    DeadlineReached,
    DefectFound,
    Event,
    StartQueued,
    StartRequested,
    StopRequested,
    TaskEvent,
    TaskReturned,
    TaskSuccess,
    TurnCame,
    WaitEvent,
)
from statemachine.core.model import UNENDED, Checkpoint, Command, Execution, Scope, Step
from statemachine.core.payload import Payload
from statemachine.core.step_builder import StepContext
from statemachine.core.waits import TurnWait
from statemachine.engine.admission import UNLIMITED, Admission, AdmissionLimits
from statemachine.engine.delivery import Delivery, OnReply, StartDue
from statemachine.engine.loaded_execution import LoadedExecution
from statemachine.engine.waiting_for_evaluation import (
    Evaluation,
    Evaluators,
    StepEvaluator,
    WaitingForEvaluation,
    evaluate_later,
)
from statemachine.host import Reply
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.view import Unfinished
from statemachine.store.base import Store

LOADED_MAX = 10_000
"""Executions kept in memory; beyond it those that rest are dropped and read back when something happens to them."""
STARTS = (StartRequested, StartDue)
OVERTAKING = (*STARTS, StopRequested, DeadlineReached)
"""Events that mean the same whatever the execution is evaluating."""


class MachineSource(Protocol):
    """Where compiled machines come from."""

    def machine(self, revision: str) -> Machine:
        """The machine of a revision. Raises LookupError."""


@dataclass(slots=True)
class Group:
    """What is written in one transaction, and what may happen after it. `unasked` are the events whose sender waits
    for no answer and would not send them again: should the group be lost, they are stepped anew. `superseded` are
    commands of groups before it that it made needless: should it be lost, they are given after all. `steps` are for
    those who look on: each with the line of control that its event found."""

    rows: Rows = field(default_factory=Rows)
    touched: dict[str, LoadedExecution] = field(default_factory=dict)
    commands: list[tuple[str, Command]] = field(default_factory=list)
    cancelled: list[tuple[str, Command]] = field(default_factory=list)
    begun: list[Execution] = field(default_factory=list)
    unasked: list[Delivery] = field(default_factory=list)
    superseded: list[tuple[str, Command]] = field(default_factory=list)
    steps: list[tuple[Scope | None, Step]] = field(default_factory=list)
    replies: list[tuple[OnReply, Reply]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.touched or self.replies or self.rows.changed)


class Writer:
    """Steps events one by one and gathers what they did. `in_flight` is the group that is being written; `woken` is
    called when an event that waited for an evaluation can be stepped."""

    def __init__(
        self,
        store: Store,
        machines: MachineSource,
        activities: Container[str],
        evaluators: Evaluators | None = None,
        limits: AdmissionLimits = UNLIMITED,
    ) -> None:
        self._store = store
        self._machines = machines
        self._activities = activities
        self._evaluators = evaluators
        self._inbox: deque[Delivery] = deque()
        self._waiting: dict[str, WaitingForEvaluation] = {}
        self._asked: dict[str, dict[EvaluationRequest, Evaluation]] = {}
        self.admission = Admission(limits)
        self._loaded: OrderedDict[str, LoadedExecution] = OrderedDict()
        self._forming = Group()
        self.in_flight: Group | None = None
        self.defects: Callable[[str, Exception], None] = lambda _id, _error: None
        self.woken: Callable[[], None] = lambda: None

    @property
    def pending(self) -> int:
        """How many events wait for their step."""
        return len(self._inbox)

    @property
    def unwritten(self) -> bool:
        """Is there a group that is being written, or to be written?"""
        return self.in_flight is not None or not self._forming.empty

    @property
    def evaluating(self) -> int:
        """How many executions wait for an evaluation."""
        return len(self._waiting)

    def deliver(
        self,
        id: str,
        event: Event | StartDue,
        on_reply: OnReply | None = None,
        header: Execution | None = None,
        *,
        not_before: float = 0.0,
    ) -> None:
        """Queue an event for an execution (see `Delivery`)."""
        self._inbox.append(Delivery(id, event, header, on_reply, not_before))

    def write(self, rows: Mapping[str, bytes | None], on_reply: OnReply) -> None:
        """Add rows of no execution (registries) to the forming group."""
        self._forming.rows.changed.update(rows)
        self._forming.replies.append((on_reply, Reply(None, stale=False)))

    def step(self, now: float) -> None:
        """Step the next event. Raises nothing: a defect of ours fails the one execution that it struck."""
        delivery = self._inbox.popleft()
        waiting = self._waiting.get(delivery.id)
        if waiting is not None and waiting.first is not delivery and not isinstance(delivery.event, OVERTAKING):
            waiting.later.append(delivery)
            return
        if waiting is None or waiting.first is not delivery:
            waiting = WaitingForEvaluation(delivery, max(now, delivery.not_before), self._asked.pop(delivery.id, {}))
        try:
            self._deliver(waiting)
        except Unfinished:
            self._waiting[delivery.id] = waiting
            return
        except Exception as error:
            self.defects(delivery.id, error)
            if isinstance(delivery.event, StartRequested):
                self.admission.ends(delivery.id)
                self._admit()
            if delivery.on_reply is not None:
                delivery.on_reply(None, error)
        if self._waiting.get(delivery.id) is waiting:
            del self._waiting[delivery.id]
            self._inbox.extendleft(reversed(waiting.later))

    def seal(self) -> Group | None:
        """The forming group with its rows made, ready to be written; None when there is none or one is in flight."""
        group = self._forming
        if self.in_flight is not None:
            return None
        if group.empty:
            # What was stale was so on disk too: it need not be stepped again.
            group.unasked.clear()
            return None
        for loaded in group.touched.values():
            loaded.write(group.rows)
        self._forming = Group()
        self.in_flight = group
        return group

    def committed(self) -> Group:
        """The group in flight is durable: its replies go out; the caller releases its commands. (Those of which the
        forming group has something newer are not among them.)"""
        group = self._landed()
        given, group.commands = group.commands, []
        for id, command in given:
            kept = group.commands if self._wanted(id, command) else self._forming.superseded
            kept.append((id, command))
        for on_reply, reply in group.replies:
            on_reply(reply, None)
        for id, loaded in group.touched.items():
            if loaded.checkpoint.execution.status not in UNENDED and id not in self._forming.touched:
                self._loaded.pop(id, None)
        self._forget_resting()
        return group

    def load(self, now: float) -> Iterator[None]:
        """Read from the store who runs and who waits for that, a page at a time; then let those start who may."""
        yield from self.admission.load(self._store, now)
        self._admit()

    def rolled_back(self, error: Exception, now: float) -> list[tuple[str, Command]]:
        """The group in flight is lost, and with it the one that built upon it: their executions are forgotten (the
        disk knows them as they were before), whoever waits is told, and the other events are queued again. Gives the
        commands of earlier groups that are to be released now."""
        lost = [self._landed(), self._forming]
        self._forming = Group()
        for group in lost:
            for on_reply, _ in group.replies:
                on_reply(None, error)
            for id in group.touched:
                self._loaded.pop(id, None)
            self._inbox.extend(map(_unwritten, group.unasked))
        for _ in self.load(now):
            pass
        superseded = [found for group in lost for found in group.superseded]
        return [(id, command) for id, command in superseded if self._wanted(id, command)]

    def look(self, id: str) -> Checkpoint | None:
        """Where an execution stands in memory, disk and groups taken together."""
        loaded = self._open(id)
        return None if loaded is None else loaded.checkpoint

    def _wanted(self, id: str, command: Command) -> bool:
        """Does the scope still wait for this command? (It may have moved on while the group was written.)"""
        loaded = self._open(id)
        scope = None if loaded is None else loaded.scopes.get(command.scope)
        return scope is not None and scope.waiting is not None and scope.waiting.attempt == command.waiting.attempt

    def _landed(self) -> Group:
        group = self.in_flight
        assert group is not None
        self.in_flight = None
        return group

    def _open(self, id: str) -> LoadedExecution | None:
        loaded = self._loaded.get(id)
        if loaded is not None:
            self._loaded.move_to_end(id)
            return loaded
        checkpoint = read_checkpoint(self._store, id)
        if checkpoint is None:
            return None
        loaded = LoadedExecution(self._machines.machine(checkpoint.execution.revision), checkpoint, on_disk=True)
        self._loaded[id] = loaded
        return loaded

    def _deliver(self, waiting: WaitingForEvaluation) -> None:
        """Step an event that has its turn. Raises Unfinished: then nothing has happened."""
        id, on_reply = waiting.first.id, waiting.first.on_reply
        loaded = self._open(id)
        delivered = waiting.first.event
        event: Event | None
        if waiting.first.header is not None:
            loaded, event = self._begin(waiting.first.header, loaded, waiting.now)
        elif isinstance(delivered, STARTS):
            event = self._start(waiting.first, loaded)
        else:
            event = delivered
        if loaded is None or event is None:
            self._reply(on_reply, loaded, stale=True)
            return
        step = self._advance(loaded, event, waiting)
        if not step.stale:
            self._keep(loaded, event, step)
        if on_reply is None:
            self._forming.unasked.append(waiting.first)
        self._reply(on_reply, loaded, stale=step.stale)

    def _begin(
        self, header: Execution, loaded: LoadedExecution | None, now: float
    ) -> tuple[LoadedExecution, Event | None]:
        """A new execution, and whether it starts or is queued; one that was there before, and nothing."""
        if loaded is not None:
            return loaded, None
        loaded = LoadedExecution(self._machines.machine(header.revision), Checkpoint(header, {}), on_disk=False)
        if header.start_at is not None and header.start_at > now:
            self.admission.delay(header.id)
            return loaded, StartQueued()
        if self.admission.may_start(header.id):
            return loaded, StartRequested()
        self.admission.queue(header)
        return loaded, StartQueued()

    def _start(self, delivery: Delivery, loaded: LoadedExecution | None) -> Event | None:
        """What becomes of an execution that waits for its start: its moment has come (StartDue), or its turn."""
        if loaded is None or loaded.checkpoint.execution.status != "PENDING":
            if loaded is None or loaded.checkpoint.execution.status != "RUNNING":
                self.admission.ends(delivery.id)
                self._admit()
            return None
        if isinstance(delivery.event, StartRequested) and self.admission.may_start(delivery.id):
            return delivery.event
        self.admission.queue(loaded.checkpoint.execution)
        self._admit()
        return None

    def _admit(self) -> None:
        """Let those start whose turn it is."""
        for id in self.admission.admit():
            self._inbox.append(Delivery(id, StartRequested()))

    def _advance(self, loaded: LoadedExecution, event: Event, waiting: WaitingForEvaluation) -> Step:
        context = StepContext(waiting.now, self._activities, self._asking(waiting))
        try:
            return advance(loaded.machine, loaded.checkpoint, event, context)
        except Unfinished as unfinished:
            return self._advance_so_far(loaded, event, waiting, unfinished)
        except Exception as defect:
            self.defects(waiting.first.id, defect)
            ended = DefectFound(f"Internal error: {type(defect).__name__}: {defect}")
            return advance(loaded.machine, loaded.checkpoint, ended, context)

    def _advance_so_far(
        self, loaded: LoadedExecution, event: Event, waiting: WaitingForEvaluation, unfinished: Unfinished
    ) -> Step:
        """Do what comes before the state that asked; it has its turn after that. Raises Unfinished where that state is
        the first one."""
        if not unfinished.entered and not isinstance(event, StartRequested):
            raise unfinished
        context = StepContext(waiting.now, self._activities, waiting.answered, transitions_max=unfinished.entered)
        step = advance(loaded.machine, loaded.checkpoint, event, context)
        # What was asked is under way: the turn will ask the same.
        self._asked[waiting.first.id] = waiting.hand_over()
        return step

    def _asking(self, waiting: WaitingForEvaluation) -> Callable[[EvaluationRequest], EvaluationResult] | None:
        """Who evaluates for the step of an event; None: this process."""
        if self._evaluators is None:
            return None
        if isinstance(waiting.first.event, STARTS):
            # Whoever starts an execution does not wait for its first state.
            return evaluate_later
        return StepEvaluator(self._evaluators, waiting.evaluations, partial(self._resume, waiting))

    def _resume(self, waiting: WaitingForEvaluation) -> None:
        """What a waiting event waited for is there: it is the next to be stepped."""
        self._inbox.appendleft(waiting.first)
        self.woken()

    def _keep(self, loaded: LoadedExecution, event: Event, step: Step) -> None:
        """Take over what a step did, and add it to the forming group."""
        id = step.execution.id
        group = self._forming
        before = loaded.scopes.get(event.scope) if isinstance(event, (TaskEvent, WaitEvent)) else None
        group.steps.append((before, step))
        loaded.apply(step)
        self._loaded[id] = loaded
        group.touched[id] = loaded
        if isinstance(event, (StartRequested, StartQueued)):
            group.begun.append(step.execution)
        self._make_room(step.execution)
        for command in step.commands:
            if isinstance(command.waiting, TurnWait):
                self._inbox.append(Delivery(id, TurnCame(command.scope, command.waiting.attempt)))
            else:
                group.commands.append((id, command))
        group.cancelled += ((id, command) for command in step.cancelled)

    def _make_room(self, execution: Execution) -> None:
        """Note who runs now and who has ended, and let others take the room of those."""
        if execution.status == "RUNNING":
            self.admission.begins(execution.id)
        elif execution.status != "PENDING":
            self._asked.pop(execution.id, None)
            self.admission.ends(execution.id)
            self._admit()

    def _reply(self, on_reply: OnReply | None, loaded: LoadedExecution | None, *, stale: bool) -> None:
        """Answer when all that the reply tells is durable: with the forming group, whoever's change it is."""
        if on_reply is not None:
            reply = Reply(None if loaded is None else loaded.checkpoint.execution, stale)
            self._forming.replies.append((on_reply, reply))

    def _forget_resting(self) -> None:
        """Drop the executions that nothing has happened to for longest, unless they have something unwritten."""
        if len(self._loaded) <= LOADED_MAX:
            return
        for id in list(self._loaded)[: len(self._loaded) - LOADED_MAX]:
            if id not in self._forming.touched:
                del self._loaded[id]


def _unwritten(delivery: Delivery) -> Delivery:
    """The event as it came: its payload has no row, whatever a lost group noted on it."""
    event = delivery.event
    if isinstance(event, TaskReturned | TaskSuccess):
        event = msgspec.structs.replace(event, output=Payload(text=event.output.text))
    return Delivery(delivery.id, event, not_before=delivery.not_before)
