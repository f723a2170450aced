"""Expressions that take their time: their execution waits, all others go on, and nobody sees the difference after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from statemachine.core.events import StartRequested, TaskHeartbeat, TaskTaken
from statemachine.query.evaluation import EvaluationRequest, EvaluationResult
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from statemachine.reads.history import read_history
from statemachine.testing import START, InMemoryServer, in_memory_server
from tests.engine.definitions import PASS
from tests.engine.test_writer import Driver, header

SLOW = "{% $map([1..2], function($n) { $n * 2 }) %}"


def slow_pass(**fields: Any) -> dict[str, Any]:
    """A Pass whose output takes its time."""
    return {"Type": "Pass", "Output": SLOW, **fields}


ONE = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": slow_pass(End=True)}}
TWO = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": slow_pass(Next="B"), "B": slow_pass(End=True)}}
OTHER = "{% $map([3..4], function($n) { $n * 2 }) %}"
CHAIN = {
    "QueryLanguage": "JSONata",
    "StartAt": "A",
    "States": {"A": slow_pass(Next="B"), "B": {"Type": "Pass", "Output": OTHER, "End": True}},
}


class Evaluation:
    """An evaluation that ends when the test says so."""

    def __init__(self, request: EvaluationRequest, *, at_once: bool) -> None:
        self.request = request
        self.result: EvaluationResult | None = None
        self.on_done: Callable[[], None] = lambda: None
        self._at_once = at_once

    def wait(self, seconds: float) -> None:
        if self._at_once:
            self.finish()

    def finish(self) -> None:
        """The result is there."""
        self.result = evaluate(self.request)
        self.on_done()


class Evaluators:
    """Keeps what it was asked."""

    def __init__(self, *, at_once: bool = False) -> None:
        self.asked: list[Evaluation] = []
        self.closed = False
        self._at_once = at_once

    def begin(self, request: EvaluationRequest) -> Evaluation:
        self.asked.append(Evaluation(request, at_once=self._at_once))
        return self.asked[-1]

    def close(self) -> None:
        self.closed = True


def execution_id(arn: str) -> str:
    return ":".join(arn.rsplit(":", 2)[1:])


async def started(server: InMemoryServer, definition: Any = ONE, name: str = "m") -> str:
    return await server.start(await server.create(definition, name))


async def test_a_start_is_answered_before_its_first_evaluation() -> None:
    evaluators = Evaluators()
    async with in_memory_server(evaluators=evaluators) as server:
        arn = await started(server)
        assert (await server.describe(arn))["status"] == "RUNNING"
        await server.settle()
        evaluators.asked[0].finish()
        assert (await server.ended(arn))["output"] == "[2,4]"


async def test_others_go_on_meanwhile() -> None:
    evaluators = Evaluators()
    async with in_memory_server(evaluators=evaluators) as server:
        arn = await started(server, name="slow")
        assert (await server.run(PASS))["status"] == "SUCCEEDED"
        assert (await server.describe(arn))["status"] == "RUNNING"
        evaluators.asked[0].finish()


async def test_what_is_answered_within_a_moment_is_asked_once_and_waited_for() -> None:
    evaluators = Evaluators(at_once=True)
    async with in_memory_server(evaluators=evaluators) as server:
        arn = await started(server, TWO)
        assert (await server.ended(arn))["output"] == "[2,4]"
        assert len(evaluators.asked) == 1  # the same request twice


async def test_what_comes_before_the_state_that_waits_is_done_and_asked_no_more() -> None:
    evaluators = Evaluators()
    async with in_memory_server(evaluators=evaluators) as server:
        arn = await started(server, CHAIN)
        await server.settle()
        evaluators.asked[0].finish()
        await server.settle()
        assert [event.type for event in read_history(server.store, execution_id(arn), 1, 100)][-1] == "PassStateExited"
        evaluators.asked[1].finish()
        assert (await server.ended(arn))["output"] == "[6,8]"
        assert len(evaluators.asked) == 2


async def test_the_state_is_entered_when_it_was_ready_and_not_when_the_answer_came() -> None:
    evaluators = Evaluators()
    async with in_memory_server(evaluators=evaluators) as server:
        arn = await started(server)
        await server.settle()
        await server.advance(100)
        evaluators.asked[0].finish()
        assert (await server.ended(arn))["stopDate"] == START


async def test_a_stop_does_not_wait() -> None:
    evaluators = Evaluators()
    async with in_memory_server(evaluators=evaluators) as server:
        arn = await started(server)
        await server.settle()
        await server.ask("StopExecution", execution_arn=arn)
        assert (await server.describe(arn))["status"] == "ABORTED"
        evaluators.asked[0].finish()
        await server.settle()
        assert (await server.describe(arn))["status"] == "ABORTED"


async def test_a_server_that_drains_waits_for_evaluations_and_closes_the_evaluators() -> None:
    evaluators = Evaluators()
    async with in_memory_server(evaluators=evaluators) as server:
        arn = await started(server)
        await server.settle()
        draining = asyncio.create_task(server.engine.drain())
        await server.settle()
        assert not draining.done()
        evaluators.asked[0].finish()
        await asyncio.wait_for(draining, 10)
        assert (await server.describe(arn))["status"] == "SUCCEEDED"
    assert evaluators.closed


def test_events_of_a_waiting_execution_keep_their_order() -> None:
    evaluators = Evaluators()
    driver = Driver(definitions={"slow": ONE}, evaluators=evaluators)
    driver.writer.deliver("m:e", StartRequested(), lambda reply, error: None, header("m:e", "slow", "{}"))
    driver.step()
    assert driver.writer.evaluating == 1
    driver.deliver("m:e", TaskHeartbeat("", ""))
    driver.deliver("m:e", TaskTaken("", ""))
    driver.step()
    driver.commit()
    assert driver.answers == []
    evaluators.asked[0].finish()
    assert driver.writer.inbox_length == 1
    driver.run()
    statuses = [reply.execution.status for reply in driver.answers if reply.execution]  # type: ignore[union-attr]
    assert (driver.writer.evaluating, statuses) == (0, ["SUCCEEDED", "SUCCEEDED"])
