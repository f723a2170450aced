"""The order of things, without a loop: nothing leaves before its group is durable, and a lost group never happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_checkpoint
from statemachine.core.compile import compile_machine
from statemachine.core.context import task_token
from statemachine.core.events import DeadlineReached, Event, StartRequested, StopRequested, TaskReturned, TimerFired
from statemachine.core.model import Execution
from statemachine.core.payload import Payload
from statemachine.core.waits import TaskWait, TimerWait
from statemachine.engine import writer as module
from statemachine.engine.admission import UNLIMITED, AdmissionLimits
from statemachine.engine.group import Group
from statemachine.engine.waiting_for_evaluation import Evaluators
from statemachine.engine.writer import Writer
from statemachine.host import NotDurable, Reply
from statemachine.json_text import dump
from statemachine.reads.history import read_history
from statemachine.store.memory import MemoryStore
from statemachine.testing import START
from tests.engine.definitions import PASS, mapped, passes, task, wait

DEFINITIONS = {"pass": PASS, "wait": wait(10), "task": task(), "long": passes(150), "map": mapped(task())}


class Compiled:
    """Revisions that bear the names of definitions."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions

    def machine(self, revision: str) -> Any:
        return compile_machine(self._definitions[revision])


class Driver:
    """Drives a writer by hand, and keeps what it was told."""

    def __init__(
        self,
        store: MemoryStore | None = None,
        definitions: Mapping[str, Any] = DEFINITIONS,
        evaluators: Evaluators | None = None,
        limits: AdmissionLimits = UNLIMITED,
    ) -> None:
        self.store = store or MemoryStore()
        self.defects: list[str] = []
        self.writer = Writer(
            self.store,
            Compiled(definitions),
            frozenset(),
            evaluators,
            limits,
            on_defect=lambda execution, error: self.defects.append(f"{execution}: {error!r}"),
            on_wake=lambda: None,
        )
        self.answers: list[Reply | Exception | None] = []

    def deliver(self, id: str, event: Event, *, asked: bool = True) -> None:
        self.writer.deliver(id, event, self._hear if asked else None)

    def start(self, id: str, definition: str, input: str = "{}") -> None:
        self.writer.deliver(id, StartRequested(), self._hear, header(id, definition, input))

    def step(self) -> None:
        while self.writer.inbox_length:
            self.writer.step(START)

    def commit(self) -> Group:
        """Write the forming group."""
        group = self.writer.seal()
        assert group is not None
        self.store.commit(group.rows.changed, group.rows.fresh, 0)
        return self.writer.finish_commit()

    def run(self) -> Group:
        """Step and write all there is."""
        self.step()
        return self.commit()

    def _hear(self, reply: Reply | None, error: Exception | None) -> None:
        self.answers.append(error if reply is None else reply)


def header(id: str, definition: str, input: str) -> Execution:
    arn = f"arn:aws:states:us-east-1:000000000000:execution:{id}"
    machine_arn = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
    return Execution(id, arn, id, machine_arn, definition, "role", "seed", START, Payload(text=input))


def test_an_answer_comes_when_the_group_is_durable() -> None:
    driver = Driver()
    driver.start("m:e", "pass")
    driver.step()
    group = driver.writer.seal()
    assert driver.answers == []
    assert group is not None
    assert driver.store.scan("") == []
    driver.store.commit(group.rows.changed, group.rows.fresh, 0)
    driver.writer.finish_commit()
    (reply,) = driver.answers
    assert isinstance(reply, Reply)
    assert reply.execution is not None
    assert (reply.execution.status, reply.stale) == ("SUCCEEDED", False)


def test_one_group_is_written_at_a_time() -> None:
    driver = Driver()
    driver.start("m:a", "pass")
    driver.step()
    assert driver.writer.seal() is not None
    driver.start("m:b", "pass")
    driver.step()
    assert driver.writer.seal() is None
    driver.writer.finish_commit()
    group = driver.writer.seal()
    assert group is not None
    assert set(group.touched) == {"m:b"}


def test_nothing_to_write_is_no_group() -> None:
    assert Driver().writer.seal() is None


def test_a_second_start_of_a_name_is_stale_and_changes_nothing() -> None:
    driver = Driver()
    driver.start("m:e", "wait", '"first"')
    driver.start("m:e", "wait", '"second"')
    driver.run()
    first, second = driver.answers
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert (first.stale, second.stale) == (False, True)
    assert second.execution is not None
    assert second.execution.input.text == '"first"'


def test_even_an_answer_without_a_change_waits_for_the_change_that_it_tells_of() -> None:
    driver = Driver()
    driver.start("m:e", "wait")
    driver.step()
    driver.writer.seal()
    driver.start("m:e", "wait")
    driver.step()
    assert driver.answers == []


def test_an_event_for_nobody_is_stale() -> None:
    driver = Driver()
    driver.deliver("m:none", StopRequested())
    driver.run()
    assert driver.answers == [Reply(None, stale=True)]


def test_a_command_that_a_forming_group_supersedes_is_not_given() -> None:
    driver = Driver()
    driver.start("m:e", "task")
    driver.step()
    driver.writer.seal()
    driver.deliver("m:e", StopRequested())
    driver.step()
    assert driver.writer.finish_commit().commands == []


def test_a_superseded_command_is_given_when_what_superseded_it_is_lost() -> None:
    driver = Driver()
    driver.start("m:e", "task")
    driver.step()
    first = driver.writer.seal()
    assert first is not None
    driver.deliver("m:e", StopRequested())
    driver.step()
    driver.store.commit(first.rows.changed, first.rows.fresh, 0)
    driver.writer.finish_commit()
    driver.writer.seal()
    ((id, command),) = driver.writer.discard_groups(NotDurable("the disk is full"), START)
    assert (id, type(command.waiting)) == ("m:e", TaskWait)


def test_commands_are_given_even_when_their_execution_is_not_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOADED_MAX", 0)
    driver = Driver()
    driver.start("m:e", "wait")
    assert [type(command.waiting) for _, command in driver.run().commands] == [TimerWait]


def test_a_large_answer_whose_group_was_lost_is_written_with_the_next() -> None:
    driver = Driver()
    driver.start("m:e", "task")
    ((_, command),) = driver.run().commands
    checkpoint = driver.writer.current_checkpoint("m:e")
    assert checkpoint is not None
    token = task_token(checkpoint.execution, checkpoint.scopes[command.scope])
    large = dump("x" * 2_000)
    driver.deliver("m:e", TaskReturned("", token, Payload(text=large)), asked=False)
    driver.step()
    driver.writer.seal()
    driver.writer.discard_groups(NotDurable("the disk is full"), START)
    driver.run()
    assert read_history(driver.store, "m:e", 1, 100)[-1].details == {"output": large}


def test_a_lost_group_never_happened() -> None:
    driver = Driver()
    driver.start("m:e", "wait")
    driver.step()
    driver.writer.seal()
    driver.writer.discard_groups(NotDurable("full"), START)
    assert [str(answer) for answer in driver.answers] == ["full"]
    assert driver.writer.current_checkpoint("m:e") is None
    assert driver.writer.inbox_length == 0


def test_the_group_that_built_upon_it_is_lost_too() -> None:
    driver = Driver()
    driver.start("m:e", "wait")
    driver.step()
    driver.writer.seal()
    driver.deliver("m:e", StopRequested())
    driver.start("m:other", "pass")
    driver.step()
    driver.writer.discard_groups(NotDurable("full"), START)
    assert len(driver.answers) == 3
    assert driver.writer.current_checkpoint("m:other") is None


def test_events_whose_sender_waits_for_no_answer_are_stepped_again() -> None:
    driver = Driver()
    driver.start("m:e", "wait")
    ((_, command),) = driver.run().commands
    fired = TimerFired("", command.waiting.attempt)
    driver.deliver("m:e", fired, asked=False)
    driver.writer.step(START + 10)
    driver.writer.seal()
    driver.writer.discard_groups(NotDurable("full"), START)
    assert driver.writer.inbox_length == 1
    driver.writer.step(START + 10)
    driver.commit()
    checkpoint = read_checkpoint(driver.store, "m:e")
    assert checkpoint is not None
    assert checkpoint.execution.status == "SUCCEEDED"


def test_a_long_step_goes_on_by_itself_in_another_one() -> None:
    driver = Driver()
    driver.start("m:e", "long")
    driver.writer.step(START)
    assert driver.writer.inbox_length == 1
    driver.run()
    events = read_history(driver.store, "m:e", 1, 1000)
    assert [event.id for event in events] == [*range(1, 303)]


def test_rows_of_registries_go_with_the_next_group() -> None:
    driver = Driver()
    driver.writer.write_rows({"a/x": b"1"}, lambda reply, error: driver.answers.append(reply))
    driver.start("m:e", "pass")
    driver.run()
    assert driver.store.get("a/x") == b"1"
    assert len(driver.answers) == 2


def test_a_row_that_cannot_be_read_fails_its_own_caller() -> None:
    driver = Driver()
    driver.store.commit({keys.head("m:bad"): b"no JSON"}, {}, 0)
    driver.deliver("m:bad", StopRequested())
    driver.deliver("m:bad", DeadlineReached(), asked=False)
    driver.start("m:good", "pass")
    driver.run()
    assert isinstance(driver.answers[0], Exception)
    assert isinstance(driver.answers[1], Reply)
    assert len(driver.defects) == 2


def test_a_start_that_fails_twice_over_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the start nor its failure could be stepped: who starts it again must not be told that it runs."""
    driver = Driver()

    def defect(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(module, "advance", defect)
        driver.start("m:e", "pass")
        driver.step()
    assert isinstance(driver.answers[0], ZeroDivisionError)
    driver.start("m:e", "pass")
    driver.run()
    assert isinstance(driver.answers[1], Reply)
    assert not driver.answers[1].stale


def test_executions_that_rest_are_dropped_and_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOADED_MAX", 2)
    driver = Driver()
    for name in "abcd":
        driver.start(f"m:{name}", "map", "[1, 2]")
        driver.run()
    assert len(driver.writer._loaded) == 2
    for name in "abcd":
        driver.deliver(f"m:{name}", StopRequested())
    driver.run()
    assert [reply.execution.status for reply in driver.answers[4:]] == ["ABORTED"] * 4  # type: ignore[union-attr]


def test_what_has_something_unwritten_is_never_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOADED_MAX", 1)
    driver = Driver()
    for name in "abc":
        driver.start(f"m:{name}", "wait")
    driver.step()
    driver.writer.seal()
    for name in "abc":
        driver.deliver(f"m:{name}", StopRequested())
    driver.step()
    driver.writer.finish_commit()
    assert set(driver.writer._loaded) == {"m:a", "m:b", "m:c"}


def test_executions_that_have_ended_are_dropped() -> None:
    driver = Driver()
    driver.start("m:e", "pass")
    driver.run()
    assert not driver.writer._loaded


def test_a_timer_that_was_due_is_due_although_the_clock_is_set_back() -> None:
    driver = Driver()
    driver.start("m:e", "wait")
    ((id, command),) = driver.run().commands
    assert isinstance(command.waiting, TimerWait)
    event = TimerFired(command.scope, command.waiting.attempt, command.waiting.due)
    driver.writer.deliver(id, event)
    driver.run()
    checkpoint = read_checkpoint(driver.store, "m:e")
    assert checkpoint is not None
    assert checkpoint.execution.status == "SUCCEEDED"
