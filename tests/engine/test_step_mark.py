"""An execution whose step ends the process is found by its name, and the third time in a row it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution
from statemachine.core.events import TimerFired
from statemachine.engine.recovery import count_unsurvived
from statemachine.engine.step_mark import LONG_SECONDS, StepMark, StepWatch
from statemachine.store.memory import MemoryStore
from statemachine.testing import START
from tests.engine.test_writer import Driver


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "step.mark"


def test_a_mark_is_read_by_the_next_process(file: Path) -> None:
    StepMark(file).begin("m:öffnen")
    assert StepMark(file).left == "m:öffnen"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_step_that_has_ended_leaves_no_mark(file: Path) -> None:
    mark = StepMark(file)
    assert mark.left is None
    mark.begin("m:a-long-name")
    mark.begin("m:e")
    mark.end()
    assert StepMark(file).left is None


def test_a_shorter_name_replaces_a_longer_one(file: Path) -> None:
    mark = StepMark(file)
    mark.begin("m:a-long-name")
    mark.begin("m:e")
    assert StepMark(file).left == "m:e"


def test_a_link_is_not_followed(file: Path, tmp_path: Path) -> None:
    file.symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="symbolic link"):
        StepMark(file)


def test_a_step_that_runs_long_is_logged_once() -> None:
    mark = StepMark()
    watch = StepWatch(mark)
    mark.begin("m:e")
    assert mark.current is not None
    began = mark.current[1]
    with capture_logs() as lines:
        for seconds in (1.0, LONG_SECONDS, LONG_SECONDS + 1):
            watch.look_at(began + seconds)
        mark.end()
        watch.look_at(began + 100)
    assert [(line["event"], line["execution"], line["seconds"]) for line in lines] == [
        ("step runs long", "m:e", LONG_SECONDS)
    ]


def killed_in_a_step(store: MemoryStore, file: Path, id: str = "m:e") -> Driver:
    """The process after one that was killed while it stepped the execution."""
    StepMark(file).begin(id)
    driver = Driver(store)
    driver.writer.mark = StepMark(file)
    store.commit(count_unsurvived(store, driver.writer), {}, 0)
    return driver


def waiting() -> tuple[MemoryStore, TimerFired]:
    """A store with an execution that waits, and the event for which it waits."""
    driver = Driver()
    driver.start("m:e", "wait")
    ((_, command),) = driver.run().commands
    return driver.store, TimerFired("", command.waiting.attempt, START + 10)


def status(store: MemoryStore) -> tuple[str, str | None]:
    execution = read_execution(store, "m:e")
    assert execution is not None
    return execution.status, execution.cause


def test_the_third_time_in_a_row_the_execution_fails_by_name(file: Path) -> None:
    store, event = waiting()
    with capture_logs() as lines:
        for _ in range(2):
            assert not killed_in_a_step(store, file).writer.inbox_length
        driver = killed_in_a_step(store, file)
    assert [line["times"] for line in lines if line["event"] == "step not survived"] == [1, 2, 3]
    driver.deliver("m:e", event)
    driver.run()
    assert status(store) == ("FAILED", "The server process ended 3 times in a row while it stepped this execution.")
    assert store.get(keys.unsurvived("m:e")) is None


def test_a_step_that_ends_sets_the_count_back(file: Path) -> None:
    store, event = waiting()
    killed_in_a_step(store, file)
    driver = killed_in_a_step(store, file)
    driver.deliver("m:e", event)
    driver.run()
    assert status(store) == ("SUCCEEDED", None)
    assert store.get(keys.unsurvived("m:e")) is None


def test_a_count_of_an_earlier_process_is_set_back_too(file: Path) -> None:
    store, event = waiting()
    killed_in_a_step(store, file)
    driver = Driver(store)
    assert count_unsurvived(store, driver.writer) == {}
    driver.deliver("m:e", event)
    driver.run()
    assert store.get(keys.unsurvived("m:e")) is None


def test_an_execution_that_does_not_exist_is_not_counted(file: Path) -> None:
    store, _ = waiting()
    killed_in_a_step(store, file, "m:gone")
    assert store.get(keys.unsurvived("m:gone")) is None
