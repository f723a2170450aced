"""An execution whose expressions work a lot: its steps and its states are made in parts, and others come in between."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.checkpoint.read import read_execution
from statemachine.core.events import StopRequested, TimerFired
from statemachine.core.limits import STEP_WORK_MAX
from statemachine.core.waits import TurnWait
from statemachine.host import NotDurable
from statemachine.json_text import dump
from statemachine.reads.history import read_history
from statemachine.testing import START
from tests.engine.definitions import machine, passes
from tests.engine.test_writer import Driver

LIST = dump({"a": [[number] for number in range(5_000)]})
UNIQUE = "States.ArrayLength(States.ArrayUnique($.a))"
"""It takes about 10,000 units of work."""
RUNS = 7
"""The runs of a state with 25 of them."""


def worker(calls: int, **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Pass",
        "Parameters": {f"n{place}.$": UNIQUE for place in range(calls)},
        "ResultPath": "$.n",
        **fields,
    }


CHAIN = machine(A=worker(1, Next="B"), B=worker(1, Next="C"), C=worker(1, Next="D"), D=worker(1, End=True))
ONE = machine(A=worker(25, End=True))
DELAYED = machine(W={"Type": "Wait", "Seconds": 1, "Next": "A"}, A=worker(25, End=True))
ENDLESS = machine(A=worker(200, End=True))
DEFINITIONS = {"chain": CHAIN, "one": ONE, "delayed": DELAYED, "endless": ENDLESS, "short": passes(1)}


def started(definition: str) -> Driver:
    driver = Driver(definitions=DEFINITIONS)
    driver.start("m:e", definition, LIST)
    return driver


def steps_until_done(driver: Driver, now: float = START) -> int:
    steps = 0
    while driver.writer.inbox_length:
        driver.writer.step(now)
        steps += 1
    return steps


def status(driver: Driver) -> str:
    execution = read_execution(driver.store, "m:e")
    assert execution is not None
    return execution.status


def test_a_step_whose_expressions_have_worked_enough_ends() -> None:
    driver = started("chain")
    driver.writer.step(START)
    checkpoint = driver.writer.current_checkpoint("m:e")
    assert checkpoint is not None
    assert checkpoint.scopes[""].state == "C"
    assert isinstance(checkpoint.scopes[""].waiting, TurnWait)
    driver.run()
    assert status(driver) == "SUCCEEDED"


def test_a_state_that_works_more_than_a_step_is_made_in_runs_and_others_come_in_between() -> None:
    driver = started("one")
    driver.writer.step(START)
    driver.writer.step(START)
    assert driver.writer.evaluating == 1
    driver.start("m:other", "short")
    driver.writer.step(START)
    driver.writer.step(START)
    other = driver.writer.current_checkpoint("m:other")
    assert other is not None
    assert other.execution.status == "SUCCEEDED"
    assert steps_until_done(driver) == RUNS - 2
    driver.commit()
    assert status(driver) == "SUCCEEDED"


@pytest.mark.parametrize("definition", ["one", "chain"])
def test_the_history_does_not_show_the_runs(definition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = started(definition)
    parts.run()
    monkeypatch.setattr("statemachine.engine.waiting_for_evaluation.RUN_WORK_MAX", 1e9)
    monkeypatch.setattr("statemachine.core.run.STEP_WORK_MAX", 1e9)
    whole = started(definition)
    whole.run()
    assert read_history(parts.store, "m:e", 0, 1000) == read_history(whole.store, "m:e", 0, 1000)


def test_an_execution_in_the_middle_of_a_state_can_be_stopped() -> None:
    driver = started("endless")
    for _ in range(5):
        driver.writer.step(START)
    driver.deliver("m:e", StopRequested())
    steps_until_done(driver)
    driver.commit()
    assert status(driver) == "ABORTED"
    assert driver.writer.evaluating == 0


def test_a_state_that_works_more_than_a_state_may_fails_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("statemachine.engine.waiting_for_evaluation.STATE_WORK_MAX", 500_000)
    driver = started("endless")
    assert steps_until_done(driver) < 2 * 500_000 / STEP_WORK_MAX
    driver.commit()
    execution = read_execution(driver.store, "m:e")
    assert execution is not None
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert "'A'" in (execution.cause or "")
    assert "take more work than one state may" in (execution.cause or "")


def test_what_was_worked_out_upon_a_lost_group_is_worked_out_again() -> None:
    driver = started("delayed")
    group = driver.run()
    (command,) = (command for _, command in group.commands)
    driver.writer.write_rows({"v/x": b"null"}, lambda reply, error: None)
    assert driver.writer.seal() is not None
    driver.deliver("m:e", TimerFired("", command.waiting.attempt), asked=False)
    for _ in range(3):
        driver.writer.step(START + 1)
    driver.writer.discard_groups(NotDurable("lost"), START + 1)
    # Three runs are for nothing: a lost step might have changed what the expressions read.
    assert steps_until_done(driver, START + 1) == RUNS
    driver.commit()
    assert status(driver) == "SUCCEEDED"
