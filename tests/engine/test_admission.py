"""Who may run, and who comes next: limits hold, priorities are head starts, nobody waits for ever."""

from __future__ import annotations

import pytest

from statemachine.checkpoint.read import read_execution
from statemachine.core.events import StartRequested, StopRequested
from statemachine.core.payload import Payload
from statemachine.engine.admission import Admission, AdmissionLimits
from statemachine.engine.delivery import StartDue
from statemachine.host import NotDurable
from statemachine.store.memory import MemoryStore
from statemachine.testing import START
from tests.engine.test_writer import Driver, header


def queue(admission: Admission, name: str, started: float, priority: int = 0, machine: str = "m") -> None:
    execution = header(f"{machine}:{name}", "pass", "{}")
    execution.started, execution.priority = started, priority
    admission.enqueue(execution)


def order(admission: Admission) -> list[str]:
    """The names of those that wait, in the order in which they are admitted when one after the other ends."""
    found = []
    while admitted := admission.admit():
        found += [id.partition(":")[2] for id in admitted]
        admission.mark_ended(admitted[-1])
    return found


def test_first_come_first_served() -> None:
    admission = Admission(AdmissionLimits(running_max=1))
    for number in (3, 1, 2):
        queue(admission, f"e{number}", float(number))
    assert order(admission) == ["e1", "e2", "e3"]


def test_a_priority_is_a_head_start_and_no_more() -> None:
    admission = Admission(AdmissionLimits(running_max=1, ageing_seconds=60))
    queue(admission, "patient", 0.0)
    queue(admission, "urgent", 59.0, priority=1)
    queue(admission, "late", 61.0, priority=1)
    queue(admission, "low", 0.0, priority=-1)
    assert order(admission) == ["urgent", "patient", "late", "low"]


def test_who_waits_long_enough_comes_before_any_stream_of_higher_priorities() -> None:
    admission = Admission(AdmissionLimits(running_max=1, ageing_seconds=10))
    queue(admission, "patient", 0.0)
    for second in range(1, 200):
        queue(admission, f"urgent{second}", float(second), priority=5)
    assert order(admission).index("patient") == 49


def test_a_machine_at_its_limit_holds_up_no_other() -> None:
    admission = Admission(AdmissionLimits(machines={"slow": 1}))
    queue(admission, "a", 0.0, machine="slow")
    queue(admission, "b", 1.0, machine="slow")
    queue(admission, "c", 2.0, machine="free")
    assert admission.admit() == ["slow:a", "free:c"]
    assert admission.admit() == []
    admission.mark_ended("slow:a")
    assert admission.admit() == ["slow:b"]


def test_without_limits_all_may_run() -> None:
    admission = Admission(AdmissionLimits())
    for number in range(1_000):
        assert admission.may_start(f"m:{number}")
        admission.mark_running(f"m:{number}")
    assert (admission.running, admission.queued) == (1_000, 0)


def test_saying_it_twice_changes_nothing() -> None:
    admission = Admission(AdmissionLimits(running_max=2))
    admission.mark_running("m:a")
    admission.mark_running("m:a")
    queue(admission, "b", 0.0)
    queue(admission, "b", 0.0)
    assert (admission.running, admission.queued) == (1, 1)
    admission.mark_ended("m:a")
    admission.mark_ended("m:a")
    assert admission.admit() == ["m:b"]
    queue(admission, "b", 0.0)
    assert admission.queued == 0


def test_one_that_waits_is_pending_and_starts_when_another_has_ended() -> None:
    driver = Driver(limits=AdmissionLimits(running_max=1))
    driver.start("m:a", "wait")
    driver.start("m:b", "pass")
    driver.run()
    assert status(driver.store, "m:b") == "PENDING"
    driver.deliver("m:a", StopRequested())
    driver.run()
    assert status(driver.store, "m:b") == "SUCCEEDED"


def test_a_delayed_one_is_pending_until_its_time() -> None:
    driver = Driver()
    execution = header("m:e", "pass", "{}")
    execution.start_at = START + 10
    driver.writer.deliver("m:e", StartRequested(), lambda reply, error: None, execution)
    driver.run()
    assert status(driver.store, "m:e") == "PENDING"
    driver.deliver("m:e", StartDue(), asked=False)
    driver.run()
    assert status(driver.store, "m:e") == "SUCCEEDED"


def test_one_that_waits_can_be_stopped_and_gives_its_place_away() -> None:
    driver = Driver(limits=AdmissionLimits(running_max=1))
    for id in ("m:a", "m:b", "m:c"):
        driver.start(id, "wait")
    driver.run()
    driver.deliver("m:b", StopRequested())
    driver.deliver("m:a", StopRequested())
    driver.run()
    assert [status(driver.store, id) for id in ("m:a", "m:b", "m:c")] == ["ABORTED", "ABORTED", "RUNNING"]


def test_who_runs_and_who_waits_is_read_from_the_store() -> None:
    driver = Driver(limits=AdmissionLimits(running_max=1))
    for id in ("m:a", "m:b", "m:c"):
        driver.start(id, "wait")
    driver.run()
    second = Driver(driver.store, limits=AdmissionLimits(running_max=2))
    for _ in second.writer.load_pages(START):
        pass
    second.run()
    assert [status(driver.store, id) for id in ("m:a", "m:b", "m:c")] == ["RUNNING", "RUNNING", "PENDING"]


def test_room_that_was_given_away_in_a_lost_group_is_taken_back() -> None:
    driver = Driver(limits=AdmissionLimits(running_max=1))
    driver.start("m:a", "wait")
    driver.start("m:b", "wait")
    driver.run()
    driver.deliver("m:a", StopRequested())
    driver.step()
    driver.writer.seal()
    driver.writer.discard_groups(NotDurable("full"), START)
    driver.step()
    assert driver.writer.seal() is None
    assert [status(driver.store, id) for id in ("m:a", "m:b")] == ["RUNNING", "PENDING"]


@pytest.mark.parametrize("again", ['{"n": 1}', "{}"])
def test_a_pending_one_is_there_for_whoever_starts_it_again(again: str) -> None:
    driver = Driver(limits=AdmissionLimits(running_max=0))
    driver.start("m:e", "pass", "{}")
    driver.start("m:e", "pass", again)
    driver.run()
    first, second = driver.answers
    assert (first.stale, second.stale) == (False, True)  # type: ignore[union-attr]
    assert second.execution.input == Payload(text="{}")  # type: ignore[union-attr]


def status(store: MemoryStore, id: str) -> str:
    execution = read_execution(store, id)
    assert execution is not None
    return execution.status
