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
from statemachine.core.model import UNENDED, Checkpoint, Command, Event, Execution, Scope, Step
from statemachine.core.payload import Payload
from statemachine.core.step_builder import StepContext
from statemachine.engine.admission import UNLIMITED, Admission, Limits
from statemachine.engine.delivery import Delivery, OnReply
from statemachine.engine.live import Live
from statemachine.engine.parked import Asking, Evaluation, Evaluators, Parked, not_now
from statemachine.host import Reply
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.view import Unfinished
from statemachine.store.base import Store

LIVE_MAX = 10_000
"""Executions kept in memory; beyond it those that rest are dropped and read back when something happens to them."""
NEVER_PARKED = ("started", "due", "stopped", "deadline")
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
    touched: dict[str, Live] = field(default_factory=dict)
    commands: list[tuple[str, Command]] = field(default_factory=list)
    cancelled: list[tuple[str, Command]] = field(default_factory=list)
    begun: list[Execution] = field(default_factory=list)
    unasked: list[Delivery] = field(default_factory=list)
    superseded: list[tuple[str, Command]] = field(default_factory=list)
    steps: list[tuple[Scope | None, Step]] = field(default_factory=list)
    answers: list[tuple[OnReply, Reply]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.touched or self.answers or self.rows.changed)


class Writer:
    """Steps events one by one and gathers what they did. `in_flight` is the group that is being written; `woken` is
    called when an event that waited for an evaluation can be stepped."""

    def __init__(
        self,
        store: Store,
        machines: MachineSource,
        activities: Container[str],
        evaluators: Evaluators | None = None,
        limits: Limits = UNLIMITED,
    ) -> None:
        self._store = store
        self._machines = machines
        self._activities = activities
        self._evaluators = evaluators
        self._inbox: deque[Delivery] = deque()
        self._parked: dict[str, Parked] = {}
        self._asked: dict[str, dict[EvaluationRequest, Evaluation]] = {}
        self.admission = Admission(limits)
        self._live: OrderedDict[str, Live] = OrderedDict()
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
        return len(self._parked)

    def deliver(
        self,
        id: str,
        event: Event,
        answer: OnReply | None = None,
        header: Execution | None = None,
        *,
        not_before: float = 0.0,
    ) -> None:
        """Queue an event for an execution (see `Delivery`)."""
        self._inbox.append(Delivery(id, event, header, answer, not_before))

    def write(self, rows: Mapping[str, bytes | None], answer: OnReply) -> None:
        """Add rows of no execution (registries) to the forming group."""
        self._forming.rows.changed.update(rows)
        self._forming.answers.append((answer, Reply(None, stale=False)))

    def step(self, now: float) -> None:
        """Step the next event. Raises nothing: a defect of ours fails the one execution that it struck."""
        delivery = self._inbox.popleft()
        parked = self._parked.get(delivery.id)
        if parked is not None and parked.first is not delivery and delivery.event.kind not in NEVER_PARKED:
            parked.later.append(delivery)
            return
        if parked is None or parked.first is not delivery:
            parked = Parked(delivery, max(now, delivery.not_before), self._asked.pop(delivery.id, {}))
        try:
            self._deliver(parked)
        except Unfinished:
            self._parked[delivery.id] = parked
            return
        except Exception as error:
            self.defects(delivery.id, error)
            if delivery.event.kind == "started":
                self.admission.ends(delivery.id)
                self._admit()
            if delivery.answer is not None:
                delivery.answer(None, error)
        if self._parked.get(delivery.id) is parked:
            del self._parked[delivery.id]
            self._inbox.extendleft(reversed(parked.later))

    def seal(self) -> Group | None:
        """The forming group with its rows made, ready to be written; None when there is none or one is in flight."""
        group = self._forming
        if self.in_flight is not None:
            return None
        if group.empty:
            # What was stale was so on disk too: it need not be stepped again.
            group.unasked.clear()
            return None
        for live in group.touched.values():
            live.write(group.rows)
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
        for answer, reply in group.answers:
            answer(reply, None)
        for id, live in group.touched.items():
            if live.checkpoint.execution.status not in UNENDED and id not in self._forming.touched:
                self._live.pop(id, None)
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
            for answer, _ in group.answers:
                answer(None, error)
            for id in group.touched:
                self._live.pop(id, None)
            self._inbox.extend(map(_unwritten, group.unasked))
        for _ in self.load(now):
            pass
        superseded = [found for group in lost for found in group.superseded]
        return [(id, command) for id, command in superseded if self._wanted(id, command)]

    def look(self, id: str) -> Checkpoint | None:
        """Where an execution stands in memory, disk and groups taken together."""
        live = self._open(id)
        return None if live is None else live.checkpoint

    def _wanted(self, id: str, command: Command) -> bool:
        """Does the scope still wait for this command? (It may have moved on while the group was written.)"""
        live = self._open(id)
        scope = None if live is None else live.scopes.get(command.scope)
        return scope is not None and scope.waiting is not None and scope.waiting.attempt == command.waiting.attempt

    def _landed(self) -> Group:
        group = self.in_flight
        assert group is not None
        self.in_flight = None
        return group

    def _open(self, id: str) -> Live | None:
        live = self._live.get(id)
        if live is not None:
            self._live.move_to_end(id)
            return live
        checkpoint = read_checkpoint(self._store, id)
        if checkpoint is None:
            return None
        live = Live(self._machines.machine(checkpoint.execution.revision), checkpoint, on_disk=True)
        self._live[id] = live
        return live

    def _deliver(self, parked: Parked) -> None:
        """Step an event that has its turn. Raises Unfinished: then nothing has happened."""
        id, answer = parked.first.id, parked.first.answer
        live = self._open(id)
        event: Event | None = parked.first.event
        if parked.first.header is not None:
            live, event = self._begin(parked.first.header, live, parked.now)
        elif parked.first.event.kind in ("started", "due"):
            event = self._start(parked.first, live)
        if live is None or event is None:
            self._reply(answer, live, stale=True)
            return
        step = self._advance(live, event, parked)
        if not step.stale:
            self._keep(live, event, step)
        if answer is None:
            self._forming.unasked.append(parked.first)
        self._reply(answer, live, stale=step.stale)

    def _begin(self, header: Execution, live: Live | None, now: float) -> tuple[Live, Event | None]:
        """A new execution, and whether it starts or is queued; one that was there before, and nothing."""
        if live is not None:
            return live, None
        live = Live(self._machines.machine(header.revision), Checkpoint(header, {}), on_disk=False)
        if header.start_at is not None and header.start_at > now:
            self.admission.delay(header.id)
            return live, Event("queued")
        if self.admission.may_start(header.id):
            return live, Event("started")
        self.admission.queue(header)
        return live, Event("queued")

    def _start(self, delivery: Delivery, live: Live | None) -> Event | None:
        """What becomes of an execution that waits for its start: its moment has come ("due"), or its turn."""
        if live is None or live.checkpoint.execution.status != "PENDING":
            if live is None or live.checkpoint.execution.status != "RUNNING":
                self.admission.ends(delivery.id)
                self._admit()
            return None
        if delivery.event.kind == "started" and self.admission.may_start(delivery.id):
            return delivery.event
        self.admission.queue(live.checkpoint.execution)
        self._admit()
        return None

    def _admit(self) -> None:
        """Let those start whose turn it is."""
        for id in self.admission.admit():
            self._inbox.append(Delivery(id, Event("started")))

    def _advance(self, live: Live, event: Event, parked: Parked) -> Step:
        context = StepContext(parked.now, self._activities, self._asking(parked))
        try:
            return advance(live.machine, live.checkpoint, event, context)
        except Unfinished as unfinished:
            return self._advance_so_far(live, event, parked, unfinished)
        except Exception as defect:
            self.defects(parked.first.id, defect)
            ended = Event("defect", cause=f"Internal error: {type(defect).__name__}: {defect}")
            return advance(live.machine, live.checkpoint, ended, context)

    def _advance_so_far(self, live: Live, event: Event, parked: Parked, unfinished: Unfinished) -> Step:
        """Do what comes before the state that asked; it has its turn after that. Raises Unfinished where that state is
        the first one."""
        if not unfinished.entered and event.kind != "started":
            raise unfinished
        context = StepContext(parked.now, self._activities, parked.answered, transitions_max=unfinished.entered)
        step = advance(live.machine, live.checkpoint, event, context)
        # What was asked is under way: the turn will ask the same.
        self._asked[parked.first.id] = parked.hand_over()
        return step

    def _asking(self, parked: Parked) -> Callable[[EvaluationRequest], EvaluationResult] | None:
        """Who evaluates for the step of an event; None: this process."""
        if self._evaluators is None:
            return None
        if parked.first.event.kind in ("started", "due"):
            # Whoever starts an execution does not wait for its first state.
            return not_now
        return Asking(self._evaluators, parked.evaluations, partial(self._resume, parked))

    def _resume(self, parked: Parked) -> None:
        """What a parked event waited for is there: it is the next to be stepped."""
        self._inbox.appendleft(parked.first)
        self.woken()

    def _keep(self, live: Live, event: Event, step: Step) -> None:
        """Take over what a step did, and add it to the forming group."""
        id = step.execution.id
        group = self._forming
        group.steps.append((live.scopes.get(event.scope), step))
        live.apply(step)
        self._live[id] = live
        group.touched[id] = live
        if event.kind in ("started", "queued"):
            group.begun.append(step.execution)
        self._make_room(step.execution)
        for command in step.commands:
            if command.waiting.kind == "turn":
                self._inbox.append(Delivery(id, Event("turn", command.scope, attempt=command.waiting.attempt)))
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

    def _reply(self, answer: OnReply | None, live: Live | None, *, stale: bool) -> None:
        """Answer when all that the reply tells is durable: with the forming group, whoever's change it is."""
        if answer is not None:
            reply = Reply(None if live is None else live.checkpoint.execution, stale)
            self._forming.answers.append((answer, reply))

    def _forget_resting(self) -> None:
        """Drop the executions that nothing has happened to for longest, unless they have something unwritten."""
        if len(self._live) <= LIVE_MAX:
            return
        for id in list(self._live)[: len(self._live) - LIVE_MAX]:
            if id not in self._forming.touched:
                del self._live[id]


def _unwritten(delivery: Delivery) -> Delivery:
    """The event as it came: its payload has no row, whatever a lost group noted on it."""
    event = delivery.event
    if event.output is not None:
        event = msgspec.structs.replace(event, output=Payload(text=event.output.text))
    return Delivery(delivery.id, event, not_before=delivery.not_before)
