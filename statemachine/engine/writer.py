"""Steps events and gathers them in groups: events come in, a group is written, then replies and commands go out.

Commit, then act (law 3): no reply and no command of a group leaves before `committed` was called for it. Does no I/O
but reading the store, and knows no clock, thread or loop: its driver gives it the time and writes its groups.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Container, Iterator, Mapping
from functools import partial
from typing import Protocol

import msgspec

from statemachine.checkpoint.read import read_checkpoint
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
from statemachine.core.model import UNENDED, Checkpoint, Command, Execution, Step
from statemachine.core.payload import Payload
from statemachine.core.step_builder import StepContext
from statemachine.core.waits import TurnWait
from statemachine.engine.admission import UNLIMITED, Admission, AdmissionLimits
from statemachine.engine.delivery import Delivery, OnReply, StartDue
from statemachine.engine.group import Group
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
from statemachine.store.interface import Store

LOADED_MAX = 10_000
"""The executions kept in memory. Above that number idle ones are dropped, and read back at their next event."""
STARTS = (StartRequested, StartDue)
"""Events that start an execution."""
OVERTAKING = (*STARTS, StopRequested, DeadlineReached)
"""Events that need not wait for an evaluation of their execution: they mean the same before and after it."""


class MachineSource(Protocol):
    """Gives compiled machines."""

    def machine(self, revision: str) -> Machine:
        """The machine of a revision, by the key of the revision. Raises LookupError."""


class Writer:
    """Steps one event after the other.

    `in_flight` is the group that is being written, None between two groups; meanwhile the next one forms. `defects` is
    called with the execution's id and every error that is our own mistake. `woken` is called when an event that waited
    for an evaluation can be stepped.
    """

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
        """The number of events that wait for their step."""
        return len(self._inbox)

    @property
    def unwritten(self) -> bool:
        """Is a group being written, or is there one to be written?"""
        return self.in_flight is not None or not self._forming.empty

    @property
    def evaluating(self) -> int:
        """The number of executions that wait for an evaluation."""
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
        """Write rows of a registry with the forming group."""
        self._forming.rows.changed.update(rows)
        self._forming.replies.append((on_reply, Reply(None, stale=False)))

    def step(self, now: float) -> None:
        """Step the next event; there must be one. Raises nothing: a mistake of our own fails only the execution that it
        struck."""
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
        """The forming group with its rows, ready to be written. None if it is empty or another group is in flight."""
        group = self._forming
        if self.in_flight is not None:
            return None
        if group.empty:
            # Its events were stale on disk too, so they need not be stepped again.
            group.unasked.clear()
            return None
        for loaded in group.touched.values():
            loaded.write(group.rows)
        self._forming = Group()
        self.in_flight = group
        return group

    def committed(self) -> Group:
        """The group in flight is durable: reply to its callers, and give it back so that its commands are released.

        A command whose scope has moved on in the forming group is no longer among its commands.
        """
        group = self._take_in_flight()
        given, group.commands = group.commands, []
        for id, command in given:
            kept = group.commands if self._is_waited_for(id, command) else self._forming.superseded
            kept.append((id, command))
        for on_reply, reply in group.replies:
            on_reply(reply, None)
        for id, loaded in group.touched.items():
            if loaded.checkpoint.execution.status not in UNENDED and id not in self._forming.touched:
                self._loaded.pop(id, None)
        self._drop_idle()
        return group

    def load(self, now: float) -> Iterator[None]:
        """Read from the store which executions run and which wait for their start, a page at a time. Then start those
        that may run."""
        yield from self.admission.load(self._store, now)
        self._admit()

    def rolled_back(self, error: Exception, now: float) -> list[tuple[str, Command]]:
        """The group in flight is lost, and with it the forming one, which built upon it.

        Their executions are dropped, because the disk has them as they were before. Callers get `error`; events without
        a caller are queued again. Gives the commands of earlier groups that must be released now.
        """
        lost = [self._take_in_flight(), self._forming]
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
        return [(id, command) for id, command in superseded if self._is_waited_for(id, command)]

    def current_checkpoint(self, id: str) -> Checkpoint | None:
        """Where an execution stands, with all steps that are not written yet. None if there is no such execution."""
        loaded = self._open(id)
        return None if loaded is None else loaded.checkpoint

    def _is_waited_for(self, id: str, command: Command) -> bool:
        """Does the scope still wait for this command? It may have moved on while the group was written."""
        loaded = self._open(id)
        scope = None if loaded is None else loaded.scopes.get(command.scope)
        return scope is not None and scope.waiting is not None and scope.waiting.attempt == command.waiting.attempt

    def _take_in_flight(self) -> Group:
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
        """Step an event. Raises Unfinished if it must wait for an evaluation; then nothing has changed."""
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
        """The execution of a start, with the event that it begins with. That is None if the execution existed
        before."""
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
        """The event for an execution that waits for its start, if it may start now. Else it is queued, and the event is
        None."""
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
        """Start the executions whose turn it is."""
        for id in self.admission.admit():
            self._inbox.append(Delivery(id, StartRequested()))

    def _advance(self, loaded: LoadedExecution, event: Event, waiting: WaitingForEvaluation) -> Step:
        context = StepContext(waiting.now, self._activities, self._evaluator(waiting))
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
        """Step only as far as the state that needs the evaluation; that state waits for its turn, and the turn asks for
        the evaluation again. Raises Unfinished if no state comes before it."""
        if not unfinished.entered and not isinstance(event, StartRequested):
            raise unfinished
        context = StepContext(waiting.now, self._activities, waiting.answered, transitions_max=unfinished.entered)
        step = advance(loaded.machine, loaded.checkpoint, event, context)
        # The turn will ask for the evaluations that are under way.
        self._asked[waiting.first.id] = waiting.hand_over()
        return step

    def _evaluator(self, waiting: WaitingForEvaluation) -> Callable[[EvaluationRequest], EvaluationResult] | None:
        """The evaluator for the step of an event. None lets the step evaluate in this process."""
        if self._evaluators is None:
            return None
        if isinstance(waiting.first.event, STARTS):
            # The caller of a start must not wait for the first state.
            return evaluate_later
        return StepEvaluator(self._evaluators, waiting.evaluations, partial(self._resume, waiting))

    def _resume(self, waiting: WaitingForEvaluation) -> None:
        """The evaluation is done: step the event that waited for it next."""
        self._inbox.appendleft(waiting.first)
        self.woken()

    def _keep(self, loaded: LoadedExecution, event: Event, step: Step) -> None:
        """Apply a step to its execution and add it to the forming group."""
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
        """Count an execution that runs now. If it has ended, start others in its place."""
        if execution.status == "RUNNING":
            self.admission.begins(execution.id)
        elif execution.status != "PENDING":
            self._asked.pop(execution.id, None)
            self.admission.ends(execution.id)
            self._admit()

    def _reply(self, on_reply: OnReply | None, loaded: LoadedExecution | None, *, stale: bool) -> None:
        """Reply when the forming group is durable: by then everything that the reply tells is durable too."""
        if on_reply is not None:
            reply = Reply(None if loaded is None else loaded.checkpoint.execution, stale)
            self._forming.replies.append((on_reply, reply))

    def _drop_idle(self) -> None:
        """Drop the executions that have been idle for longest, but none with an unwritten step."""
        if len(self._loaded) <= LOADED_MAX:
            return
        for id in list(self._loaded)[: len(self._loaded) - LOADED_MAX]:
            if id not in self._forming.touched:
                del self._loaded[id]


def _unwritten(delivery: Delivery) -> Delivery:
    """The event as it was delivered. Its payload may have got the number of a row that was lost with the group."""
    event = delivery.event
    if isinstance(event, TaskReturned | TaskSuccess):
        event = msgspec.structs.replace(event, output=Payload(text=event.output.text))
    return Delivery(delivery.id, event, not_before=delivery.not_before)
