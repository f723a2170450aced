"""A wall clock that is set moves no timer of some seconds, and no event is stamped before the one that precedes it."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from statemachine.core.events import StartRequested, StopRequested, TaskHeartbeat, TaskTaken, TimerFired
from statemachine.core.waits import TaskWait
from statemachine.engine.clock import EngineClock
from statemachine.engine.timers import Timer, Timers
from statemachine.store.memory import MemoryStore
from tests.core.script import START, Run
from tests.engine.definitions import ACTIVITY, machine, task, wait

HOUR = 3600.0


class Clocks:
    """A wall clock and a monotonic clock."""

    def __init__(self) -> None:
        self.wall, self.monotonic = START, 5.0
        self.clock = EngineClock(lambda: self.wall, lambda: self.monotonic)

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


def test_without_a_jump_both_times_are_the_same() -> None:
    clocks = Clocks()
    clocks.pass_(7)
    assert clocks.clock.read() == (START + 7, START + 7)
    assert clocks.clock.jumps == 0


@pytest.mark.parametrize("jump", [HOUR, -HOUR, -30.0])
def test_a_jump_is_logged_and_counted_once(jump: float) -> None:
    clocks = Clocks()
    clocks.wall += jump
    with capture_logs() as lines:
        assert clocks.clock.read() == (START + jump, START)
        clocks.pass_(1)
        clocks.clock.read()
    assert [(line["event"], line["seconds"]) for line in lines] == [("clock set", jump)]
    assert clocks.clock.jumps == 1


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_moves_only_timers_of_an_absolute_time(jump: float) -> None:
    timers = Timers(MemoryStore())
    timers.load_upcoming(START)
    timers.add(Timer(START + 10, "m:e", "", "1.0"))
    timers.add(Timer(START + 20, "m:e", "", "2.0", absolute=True))
    timers.set_offset(jump)
    timers.load_upcoming(START + jump)
    timers.add(Timer(START + jump + 30, "m:e", "", "3.0"))
    due = [timer.attempt for timer in timers.take_due(START + 40, 9)]
    assert due == (["2.0", "1.0", "3.0"] if jump > 0 else ["1.0", "3.0"])


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_timer_that_has_fired_is_due_whatever_the_wall_clock_shows(jump: float) -> None:
    run = Run(wait(10))
    run.send(StartRequested())
    waiting = run.scopes[""].waiting
    assert waiting is not None
    run.now += 10 + jump
    assert run.send(TimerFired("", waiting.attempt, START + 10))
    assert run.execution.status == "SUCCEEDED"


def test_a_timer_of_an_earlier_time_is_stale() -> None:
    run = Run(task(ACTIVITY, HeartbeatSeconds=5), activities=frozenset({ACTIVITY}))
    run.send(StartRequested())
    run.send(TaskTaken("", run.token("")))
    waiting = run.scopes[""].waiting
    assert waiting is not None
    run.now -= HOUR
    run.send(TaskHeartbeat("", run.token("")))
    assert not run.send(TimerFired("", waiting.attempt, START + 5))


def test_no_event_is_stamped_before_the_one_that_precedes_it() -> None:
    waiting_first = {"Type": "Wait", "Seconds": 10, "Next": "T"}
    run = Run(machine(W=waiting_first, T=task()["States"]["T"]))
    run.send(StartRequested())
    waiting = run.scopes[""].waiting
    assert waiting is not None
    run.now -= HOUR
    run.send(TimerFired("", waiting.attempt, START + 10))
    stamps = [event.timestamp for event in run.history]
    assert stamps == sorted(stamps)
    assert run.scopes[""].entered_at == START
    task_wait = run.scopes[""].waiting
    assert isinstance(task_wait, TaskWait)
    assert task_wait.scheduled == START - HOUR
    run.send(StopRequested())
    assert run.execution.stopped == START
