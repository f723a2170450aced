"""Steps events, and gathers the steps in groups that are written in one transaction each.

Commit, then act (law 3): no reply and no command of a group leaves before `finish_commit` was called for it. Reads the
store. Must not write, and must not know a clock, a thread or an event loop: its driver gives it the time and writes its
groups.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Container, Iterator, Mapping
from functools import partial
from typing import Protocol

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_checkpoint
from statemachine.core.advance import advance
from statemachine.core.compile import Machine
from statemachine.core.events import (
    DefectFound,
    Event,
    StartQueued,
    StartRequested,
    TaskEvent,
    TurnCame,
    WaitEvent,
)
from statemachine.core.model import UNENDED, Checkpoint, Command, Execution, Step
from statemachine.core.step_builder import StepContext
from statemachine.core.waits import TurnWait
from statemachine.engine.admission import UNLIMITED, Admission, AdmissionLimits
from statemachine.engine.delivery import OVERTAKING, STARTS, Delivery, EngineEvent, OnReply, without_stored_payload
from statemachine.engine.group import Group
from statemachine.engine.loaded_execution import LoadedExecution
from statemachine.engine.step_mark import StepMark
from statemachine.engine.task_logs import PrintedBy, add_logs
from statemachine.engine.waiting_for_evaluation import (
    Evaluation,
    Evaluators,
    EventInProgress,
    StepEvaluator,
    limited_work,
    refuse_evaluation,
)
from statemachine.host import Reply
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.work import Paused, Unfinished
from statemachine.store.interface import Store
from statemachine.tasks.kind import TaskLog

LOADED_MAX = 10_000
"""The executions kept in memory. Above that number the least recently used are dropped, and read again when needed."""


class MachineSource(Protocol):
    """Gives compiled definitions."""

    def machine(self, revision_key: str) -> Machine:
        """The compiled definition of a revision. Raises LookupError."""


class Writer:
    """Steps one event after the other.

    `in_flight` is the group that is being written, None between two groups; meanwhile the next one forms. `on_defect`
    is called with the execution's id and every error that is a defect of the server. `on_wake` is called when an event
    that waited for an evaluation can be stepped. Set `draining` to leave all further turns to the next process.
    `listening_since` and `clock_set` are for StepContext. `suspects` are executions that a process did not survive.
    """

    def __init__(
        self,
        store: Store,
        machines: MachineSource,
        activities: Container[str],
        evaluators: Evaluators | None = None,
        limits: AdmissionLimits = UNLIMITED,
        *,
        on_defect: Callable[[str, Exception], None],
        on_wake: Callable[[], None],
        printed_by: PrintedBy = lambda token: None,
    ) -> None:
        self._store = store
        self._machines = machines
        self._activities = activities
        self._evaluators = evaluators
        self._inbox: deque[Delivery] = deque()
        self._waiting: dict[str, EventInProgress] = {}
        self._requested: dict[str, dict[EvaluationRequest, Evaluation]] = {}
        self.admission = Admission(limits)
        self._loaded: OrderedDict[str, LoadedExecution] = OrderedDict()
        self._forming = Group()
        self.in_flight: Group | None = None
        self.on_defect = on_defect
        self._on_wake = on_wake
        self._printed_by = printed_by
        self.draining = False
        self.listening_since = 0.0
        self.clock_set = False
        self.mark = StepMark()
        self.suspects: set[str] = set()

    @property
    def inbox_length(self) -> int:
        """The number of events that wait for their step."""
        return len(self._inbox)

    @property
    def has_unwritten(self) -> bool:
        """Is a group being written, or is there one to be written?"""
        return self.in_flight is not None or not self._forming.empty

    @property
    def evaluating(self) -> int:
        """The number of executions that wait for an evaluation."""
        return len(self._waiting)

    def deliver(
        self,
        id: str,
        event: EngineEvent,
        on_reply: OnReply | None = None,
        header: Execution | None = None,
        *,
        log: TaskLog | None = None,
    ) -> None:
        """Queue an event for an execution (see `Delivery`)."""
        self._inbox.append(Delivery(id, event, header, on_reply, log))

    def write_rows(self, rows: Mapping[str, bytes | None], on_reply: OnReply) -> None:
        """Write rows that belong to no execution with the forming group."""
        self._forming.rows.changed.update(rows)
        self._forming.replies.append((on_reply, Reply(None, stale=False)))

    def step(self, now: float) -> None:
        """Step the next event; there must be one. Raises nothing: a defect fails one execution."""
        delivery = self._inbox.popleft()
        progress = self._waiting.get(delivery.id)
        if progress is not None and progress.delivery is not delivery and not isinstance(delivery.event, OVERTAKING):
            progress.later.append(delivery)
            return
        if progress is None or progress.delivery is not delivery:
            progress = EventInProgress(delivery, now, self._requested.pop(delivery.id, {}))
        self.mark.begin(delivery.id)
        try:
            self._step_delivery(progress)
        except Unfinished as unfinished:
            self._waiting[delivery.id] = progress
            progress.work.begin_run()
            if isinstance(unfinished, Paused):
                self._inbox.append(delivery)
            return
        except Exception as error:
            self.on_defect(delivery.id, error)
            if isinstance(delivery.event, StartRequested):
                self.admission.mark_ended(delivery.id)
                self._admit()
            if delivery.on_reply is not None:
                delivery.on_reply(None, error)
        finally:
            self.mark.end()
        if self._waiting.get(delivery.id) is progress:
            del self._waiting[delivery.id]
            self._inbox.extendleft(reversed(progress.later))

    def seal(self) -> Group | None:
        """Put the forming group into flight, with its rows. None if it is empty, or if another one is in flight."""
        group = self._forming
        if self.in_flight is not None:
            return None
        if group.empty:
            # Its events were stale on disk too, so they need not be stepped again.
            group.unreplied.clear()
            return None
        for loaded in group.touched.values():
            loaded.add_rows_to(group.rows)
        self._forming = Group()
        self.in_flight = group
        return group

    def finish_commit(self) -> Group:
        """The group in flight is durable: reply to its callers, and give it back so that its commands are released.

        A command whose scope has moved on in the forming group is no longer among its commands.
        """
        group = self._take_in_flight()
        commands, group.commands = group.commands, []
        for id, command in commands:
            kept = group.commands if self._is_waited_for(id, command) else self._forming.superseded
            kept.append((id, command))
        for on_reply, reply in group.replies:
            on_reply(reply, None)
        for id, loaded in group.touched.items():
            if loaded.checkpoint.execution.status not in UNENDED and id not in self._forming.touched:
                self._loaded.pop(id, None)
        self._drop_least_recent()
        return group

    def load_pages(self, now: float) -> Iterator[None]:
        """Read from the store which executions run and which are PENDING, then start those that may run. A generator:
        each `next` reads a page."""
        yield from self.admission.load_pages(self._store, now)
        self._admit()

    def discard_groups(self, error: Exception, now: float) -> list[tuple[str, Command]]:
        """The group in flight is lost. Discard it, and with it the forming one, which built upon it.

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
            self._inbox.extend(map(without_stored_payload, group.unreplied))
        for progress in self._waiting.values():
            progress.work = limited_work()  # its execution may have been changed by a step that is lost
        for _ in self.load_pages(now):
            pass  # all pages at once, because the next step needs them
        superseded = [found for group in lost for found in group.superseded]
        return [(id, command) for id, command in superseded if self._is_waited_for(id, command)]

    def current_checkpoint(self, id: str) -> Checkpoint | None:
        """The checkpoint after all steps, also those that are not written yet. None if no such execution exists."""
        loaded = self._load(id)
        return None if loaded is None else loaded.checkpoint

    def _is_waited_for(self, id: str, command: Command) -> bool:
        """Does the scope still wait for this command? It may have moved on while the group was written."""
        loaded = self._load(id)
        scope = None if loaded is None else loaded.scopes.get(command.scope)
        return scope is not None and scope.waiting is not None and scope.waiting.attempt == command.waiting.attempt

    def _take_in_flight(self) -> Group:
        group = self.in_flight
        assert group is not None
        self.in_flight = None
        return group

    def _load(self, id: str) -> LoadedExecution | None:
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

    def _step_delivery(self, progress: EventInProgress) -> None:
        """Step an event. Raises Unfinished if it must wait for an evaluation; then nothing has changed."""
        delivery = progress.delivery
        loaded, event = self._event_of(delivery, progress.arrived_at)
        if loaded is None or event is None:
            self._reply(delivery.on_reply, loaded, stale=True)
            return
        step = self._advance(loaded, event, progress)
        if not step.stale:
            add_logs(self._forming.rows, loaded.checkpoint, step, delivery, self._printed_by)
            self._apply(loaded, event, step)
        if delivery.on_reply is None:
            self._forming.unreplied.append(delivery)
        self._reply(delivery.on_reply, loaded, stale=step.stale)

    def _event_of(self, delivery: Delivery, now: float) -> tuple[LoadedExecution | None, Event | None]:
        """The execution, None if it does not exist, and the core's event for it, None if nothing is to be stepped."""
        loaded = self._load(delivery.id)
        if delivery.header is not None:
            return self._new_execution(delivery.header, loaded, now)
        if isinstance(delivery.event, STARTS):
            return loaded, self._start_pending(delivery, loaded)
        return loaded, delivery.event

    def _new_execution(
        self, header: Execution, loaded: LoadedExecution | None, now: float
    ) -> tuple[LoadedExecution, Event | None]:
        """The execution of a start, and its first event. The event is None if the execution existed before."""
        if loaded is not None:
            return loaded, None
        loaded = LoadedExecution(self._machines.machine(header.revision), Checkpoint(header, {}), on_disk=False)
        if header.start_at is not None and header.start_at > now:
            self.admission.mark_delayed(header.id)
            return loaded, StartQueued()
        if self.admission.may_start(header.id):
            return loaded, StartRequested()
        self.admission.enqueue(header)
        return loaded, StartQueued()

    def _start_pending(self, delivery: Delivery, loaded: LoadedExecution | None) -> Event | None:
        """The event for a PENDING execution, if it may start now. Else it is queued, and the event is None."""
        if loaded is None or loaded.checkpoint.execution.status != "PENDING":
            if loaded is None or loaded.checkpoint.execution.status != "RUNNING":
                self.admission.mark_ended(delivery.id)
                self._admit()
            return None
        if isinstance(delivery.event, StartRequested) and self.admission.may_start(delivery.id):
            return delivery.event
        self.admission.enqueue(loaded.checkpoint.execution)
        self._admit()
        return None

    def _admit(self) -> None:
        """Start the queued executions that there is room for."""
        for id in self.admission.admit():
            self._inbox.append(Delivery(id, StartRequested()))

    def _advance(self, loaded: LoadedExecution, event: Event, progress: EventInProgress) -> Step:
        context = StepContext(
            progress.arrived_at,
            self._activities,
            self._evaluator(progress),
            work=progress.work,
            listening_since=self.listening_since,
            clock_set=self.clock_set,
        )
        try:
            return advance(loaded.machine, loaded.checkpoint, event, context)
        except Unfinished as unfinished:
            return self._advance_so_far(loaded, event, progress, unfinished)
        except Exception as defect:
            self.on_defect(progress.delivery.id, defect)
            ended = DefectFound(f"Internal error: {type(defect).__name__}: {defect}")
            return advance(loaded.machine, loaded.checkpoint, ended, context)

    def _advance_so_far(
        self, loaded: LoadedExecution, event: Event, progress: EventInProgress, unfinished: Unfinished
    ) -> Step:
        """Step as far as the state that needs the evaluation. That state waits for a TurnCame, whose step requests it
        again. Raises Unfinished if no state comes before it."""
        if not unfinished.entered and not isinstance(event, StartRequested):
            raise unfinished
        until = unfinished.entered
        context = StepContext(progress.arrived_at, self._activities, progress.known_result, transitions_max=until)
        step = advance(loaded.machine, loaded.checkpoint, event, context)
        # The step of the TurnCame will request the evaluations that are under way.
        self._requested[progress.delivery.id] = progress.release_evaluations()
        return step

    def _evaluator(self, progress: EventInProgress) -> Callable[[EvaluationRequest], EvaluationResult] | None:
        """The evaluator for the step of an event. None lets the step evaluate in this process."""
        if self._evaluators is None:
            return None
        if isinstance(progress.delivery.event, STARTS):
            # The caller of a start must not wait for the first state.
            return refuse_evaluation
        return StepEvaluator(self._evaluators, progress.evaluations, partial(self._resume, progress)).evaluate

    def _resume(self, progress: EventInProgress) -> None:
        """The evaluation is done: step the event that waited for it next."""
        self._inbox.appendleft(progress.delivery)
        self._on_wake()

    def _apply(self, loaded: LoadedExecution, event: Event, step: Step) -> None:
        """Apply a step to its execution and add it to the forming group."""
        id = step.execution.id
        group = self._forming
        before = loaded.scopes.get(event.scope) if isinstance(event, (TaskEvent, WaitEvent)) else None
        group.steps.append((before, step))
        loaded.apply(step)
        self._loaded[id] = loaded
        if id in self.suspects:
            group.rows.delete(keys.unsurvived(id))
        group.touched[id] = loaded
        if isinstance(event, (StartRequested, StartQueued)):
            group.accepted.append(step.execution)
        self._update_admission(step.execution)
        for command in step.commands:
            if not isinstance(command.waiting, TurnWait):
                group.commands.append((id, command))
            elif not self.draining:
                self._inbox.append(Delivery(id, TurnCame(command.scope, command.waiting.attempt)))
        group.cancelled += [(id, command) for command in step.cancelled]

    def _update_admission(self, execution: Execution) -> None:
        """Count an execution that runs now. If it has ended, start others in its place."""
        if execution.status == "RUNNING":
            self.admission.mark_running(execution.id)
        elif execution.status != "PENDING":
            self._requested.pop(execution.id, None)
            self.admission.mark_ended(execution.id)
            self._admit()

    def _reply(self, on_reply: OnReply | None, loaded: LoadedExecution | None, *, stale: bool) -> None:
        """Reply when the forming group is durable. Then everything that the reply tells is durable too."""
        if on_reply is not None:
            reply = Reply(None if loaded is None else loaded.checkpoint.execution, stale)
            self._forming.replies.append((on_reply, reply))

    def _drop_least_recent(self) -> None:
        """Drop the executions above LOADED_MAX that were used least recently, but none with an unwritten step."""
        if len(self._loaded) <= LOADED_MAX:
            return
        for id in list(self._loaded)[: len(self._loaded) - LOADED_MAX]:
            if id not in self._forming.touched:
                del self._loaded[id]
