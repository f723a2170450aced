"""The world around the engine: its disk, its clock, and an operator who starts it again after each crash.

Judges nothing itself: `witness` sees what happens, `aftermath` what is left. Knows no caller and no worker: they plan
what they do on the agenda, and talk to whichever process runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from contextlib import ExitStack
from functools import partial
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

import msgspec
from structlog.testing import capture_logs

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution
from statemachine.core.events import Event, ScopeEvent, TaskReturned, TaskSuccess
from statemachine.core.model import UNENDED
from statemachine.core.payload import Payload
from statemachine.engine.commits import Commits
from statemachine.host import NotDurable, Reply, Unavailable
from statemachine.store.interface import Store
from tests.simulation.aftermath import check_commands
from tests.simulation.faults import Crash, Faults, FaultyStore
from tests.simulation.process import Outside, Process
from tests.simulation.scenario import Scenario
from tests.simulation.virtual_time import Agenda, Loop
from tests.simulation.witness import Violation, Witness, promise

EPOCH = 1_700_000_000.123456
"""The wall clock at the beginning; its fraction is finer than the store's milliseconds."""
PAUSE_SECONDS = 0.5
"""After which a caller that heard nothing, or of a failure, tries again."""
PATIENCE_SECONDS = 3_000.0
"""No scenario rests for longer."""
ACTIONS_MAX = 20_000
"""No scenario needs more."""
TRACE_LINES = 60

Call = Callable[[Process], Coroutine[Any, None, Any]]


class World:
    """One run of a scenario. `open_store` opens the store that outlives the crashes."""

    def __init__(
        self,
        scenario: Scenario,
        open_store: Callable[[], Store],
        faults: Faults,
        commits: type[Commits] = Commits,
        disk: type[FaultyStore] = FaultyStore,
    ) -> None:
        self.scenario = scenario
        self.faults = faults
        self.agenda = Agenda()
        self.trace: deque[tuple[float, str]] = deque(maxlen=TRACE_LINES)
        self._open_store, self._commits, self._make_disk = open_store, commits, disk
        self.store = open_store()
        self.witness = Witness(self.store)
        self._process: Process | None = None
        self._unended = {start.id for start in scenario.starts}
        self._offset = EPOCH
        self._progress = 0.0
        self._left: str | None = None
        self._chance = Random(f"steps {scenario.seed}")
        self._unheard: dict[int, Callable[[], None]] = {}
        self._asked = count()

    def run(self, outside: Callable[[Loop], Outside]) -> None:
        """Run until all executions have ended and nobody has anything left to do; `outside` makes what each life of
        the engine acts upon. Raises Violation."""
        with ExitStack() as stack:
            stack.enter_context(capture_logs())
            # How long an evaluation really took must not decide how a seed goes on.
            stack.enter_context(patch("statemachine.engine.waiting_for_evaluation.perf_counter", lambda: 0.0))
            for name, value in self.scenario.limits.items():
                stack.enter_context(patch(f"statemachine.{name}", value))
            for at, seconds in self.scenario.jumps:
                self.agenda.plan(at, partial(self._jump, seconds))
            self.agenda.plan(0.0, partial(self._boot, outside))
            for _ in range(ACTIONS_MAX):
                if not (self._unended or self.agenda.planned or self._unheard):
                    return
                try:
                    self.agenda.go_on()
                except Crash as crash:
                    self._killed(crash, outside)
                resting = self.agenda.now - self._progress
                promise(resting < PATIENCE_SECONDS, f"nothing happens any more; not ended: {self._unended}")
            raise Violation(f"this goes on for ever; not ended: {self._unended}")

    def clock(self) -> float:
        """The time of day, in epoch seconds."""
        return self.agenda.now + self._offset

    def note(self, what: str) -> None:
        """Add a line to the trace."""
        self.trace.append((self.agenda.now, what))

    def story(self) -> str:
        """The end of the trace, and how to see it again."""
        seed = self.scenario.seed
        lines = [f"{moment:12.4f} s  {what}" for moment, what in self.trace]
        again = f"seed {seed}; again: STATEMACHINE_SIMULATION_SEEDS={seed}-{seed} pytest tests/simulation"
        return "\n".join([again, *lines, f"limits: {self.scenario.limits}"])

    def ask(self, call: Call, heard: Callable[[Any], None], *, again: bool = True) -> None:
        """Call the engine; a caller that hears of a failure, or nothing because of a crash, asks again."""
        repeat = partial(self.ask, call, heard)
        if self._process is None:
            if again:
                self.agenda.plan(PAUSE_SECONDS, repeat)
            return
        number = next(self._asked)

        def answered(result: Any) -> None:
            self._unheard.pop(number, None)
            heard(result)
            self.faults.at_effect()

        def failed(error: Exception) -> None:
            self._unheard.pop(number, None)
            if not isinstance(error, NotDurable | Unavailable):
                raise Violation(f"a caller was told of {error!r}") from error
            if again:
                self.agenda.plan(PAUSE_SECONDS, repeat)

        if again:
            self._unheard[number] = repeat
        self._process.loop.run(call(self._process), answered, failed)

    def deliver(
        self, id: str, event: Event, heard: Callable[[Reply], None] = lambda reply: None, *, again: bool = True
    ) -> None:
        """Send an event to the engine, until it is durable or (without `again`) just once."""

        def told(reply: Reply) -> None:
            self.note(f"{_shown(id, event)}: {'stale' if reply.stale else 'done'}")
            self.witness.replied(event, reply)
            heard(reply)

        self.ask(lambda process: process.deliver(id, _copy(event)), told, again=again)

    def _boot(self, outside: Callable[[Loop], Outside]) -> None:
        self.note("the engine starts")
        check_commands(self.store)
        self._changed(self._unended)
        loop = Loop(self.agenda, self.faults.commit_seconds)
        disk = self._make_disk(self.store, self.faults)
        left, self._left = self._left, None
        self._process = Process(
            disk,
            self.scenario,
            outside(loop),
            loop,
            self.clock,
            commits=self._commits,
            disk=self.store,
            left=left,
        )
        self._process.watchers.append(self._changed)
        self._process.begin()

    def _killed(self, crash: Crash, outside: Callable[[Loop], Outside]) -> None:
        self.note(f"killed {crash}")
        assert self._process is not None
        self._process.loop.alive = False
        self._process = None
        self.store.close()
        self.store = self.witness.store = self._open_store()
        # The crash may have struck in the middle of a step. Three times in a row would be another story.
        stepped = [id for id in sorted(self._unended) if self.store.get(keys.unsurvived(id)) is None]
        self._left = self._chance.choice([None, *stepped])
        downtime = self.faults.downtime()
        self.agenda.plan(downtime, partial(self._boot, outside))
        for repeat in self._unheard.values():
            self.agenda.plan(downtime + PAUSE_SECONDS, repeat)
        self._unheard.clear()

    def _jump(self, seconds: float) -> None:
        self.note(f"the clock is set forward by {seconds}")
        self._offset += seconds

    def _changed(self, ids: Iterable[str]) -> None:
        for id in list(ids):
            self._progress = self.agenda.now
            execution = read_execution(self.store, id)
            if execution is not None and execution.status not in UNENDED:
                self._unended.discard(id)
        self.witness.counted(self.scenario.admission)


def _copy(event: Event) -> Event:
    """Each call brings a payload of its own, as each request does."""
    if isinstance(event, TaskSuccess | TaskReturned):
        return msgspec.structs.replace(event, output=Payload(text=event.output.text))
    return event


def _shown(id: str, event: Event) -> str:
    return f"{type(event).__name__} {id}{event.scope if isinstance(event, ScopeEvent) else ''}"
