"""Evaluations in child processes: answered, bounded in time and memory, and never in each other's way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import closing
from typing import Any

import pytest

from statemachine.evaluators import child_process
from statemachine.evaluators import pool as module
from statemachine.evaluators.pool import TOO_LARGE, TOO_SLOW, Evaluation, EvaluatorPool
from statemachine.query.evaluation import EvaluationLimits, EvaluationRequest, EvaluationResult, ExpressionFailed, Value

ENDLESS = "($f := function($n) { $f($n + 1) }; $f(0))"
USUAL = EvaluationLimits()
UNHURRIED = EvaluationLimits(60_000, 100_000, 100_000_000, 1 << 40)
"""What the evaluator would allow itself: more than a child is given."""


async def answer_of(evaluation: Evaluation) -> EvaluationResult:
    """The answer, when it is there."""
    there = asyncio.Event()
    evaluation.done = there.set
    if evaluation.answer is None:
        await asyncio.wait_for(there.wait(), 20)
    assert evaluation.answer is not None
    return evaluation.answer


def request(expression: str, bindings: str = "{}", limits: EvaluationLimits = USUAL) -> EvaluationRequest:
    return EvaluationRequest((expression,), bindings, limits=limits)


async def test_an_expression_is_answered() -> None:
    with closing(EvaluatorPool()) as pool:
        answer = await answer_of(pool.begin(request("$map($x, function($n) { $n * 2 })", '{"x": [1, 2]}')))
        assert answer == EvaluationResult((Value("[2,4]"),))


async def test_a_failure_is_an_answer_and_the_child_lives_on() -> None:
    with closing(EvaluatorPool(children_max=1)) as pool:
        (failed,) = (await answer_of(pool.begin(request('1 + "a"')))).outcomes
        assert isinstance(failed, ExpressionFailed)
        assert failed.code == "T2002"
        assert await answer_of(pool.begin(request("1 + 1"))) == EvaluationResult((Value("2"),))


async def test_what_takes_too_long_is_killed_and_the_next_is_answered() -> None:
    with closing(EvaluatorPool(children_max=1, seconds_max=0.2)) as pool:
        # The evaluator's own limits would stop it, too; the child's deadline must hold without them.
        slow = pool.begin(request(ENDLESS, limits=UNHURRIED))
        next_ = pool.begin(request("1 + 1"))
        assert await answer_of(slow) == TOO_SLOW
        assert await answer_of(next_) == EvaluationResult((Value("2"),))


async def test_what_takes_too_much_memory_ends_in_an_answer() -> None:
    with closing(EvaluatorPool(children_max=1, memory_bytes_max=160 * 1024 * 1024)) as pool:
        large = request(
            '($d := function($s, $n) { $n = 0 ? $s : $d($s & $s, $n - 1) }; $length($d("xxxxxxxxxxxxxxxx", 26)))',
            limits=UNHURRIED,
        )
        (outcome,) = (await answer_of(pool.begin(large))).outcomes
        assert isinstance(outcome, ExpressionFailed)
        assert await answer_of(pool.begin(request("1 + 1"))) == EvaluationResult((Value("2"),))


async def test_a_child_that_somebody_kills_costs_its_evaluation_nothing_but_a_second_time() -> None:
    with closing(EvaluatorPool(children_max=1, seconds_max=60)) as pool:
        await answer_of(pool.begin(request("1")))
        struck = pool.begin(request("$sum([1..300000].($ * 2))"))
        assert struck.child is not None
        os.kill(struck.child.process.pid, signal.SIGKILL)
        assert await answer_of(struck) == EvaluationResult((Value("90000300000"),))


async def test_an_evaluation_that_ends_two_children_has_failed() -> None:
    with closing(EvaluatorPool(children_max=1, seconds_max=60)) as pool:
        await answer_of(pool.begin(request("1")))
        struck = pool.begin(request(ENDLESS, limits=EvaluationLimits(60_000, 1_000_000_000)))
        for _ in range(2):
            async with asyncio.timeout(20):
                while struck.child is None:
                    await asyncio.sleep(0)
            os.kill(struck.child.process.pid, signal.SIGKILL)
            struck.child = None
        assert await answer_of(struck) == TOO_LARGE
        assert await answer_of(pool.begin(request("1 + 1"))) == EvaluationResult((Value("2"),))


async def test_an_idle_child_that_somebody_kills_costs_nothing() -> None:
    with closing(EvaluatorPool(children_max=1)) as pool:
        first = pool.begin(request("1"))
        async with asyncio.timeout(20):
            while first.child is None:
                await asyncio.sleep(0)
        pid = first.child.process.pid
        await answer_of(first)
        os.kill(pid, signal.SIGKILL)
        assert await answer_of(pool.begin(request("1 + 1"))) == EvaluationResult((Value("2"),))


@pytest.mark.parametrize("kilobytes", [10, 100, 250])
async def test_the_largest_inputs_find_room(kilobytes: int) -> None:
    item = '{"a": "' + "x" * 90 + '"}'
    items = ", ".join([item] * (kilobytes * 10))
    with closing(EvaluatorPool()) as pool:
        evaluation = pool.begin(request("$count($map($x, function($v) { $v.a }))", f'{{"x": [{items}]}}'))
        assert await answer_of(evaluation) == EvaluationResult((Value(str(kilobytes * 10)),))


async def test_a_child_that_ends_at_its_start_is_tried_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = child_process.subprocess.Popen

    def start(arguments: tuple[str, ...], **options: Any) -> Any:
        started.append(arguments)
        return popen((sys.executable, "-c", "") if len(started) == 1 else arguments, **options)

    monkeypatch.setattr(child_process.subprocess, "Popen", start)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    with closing(EvaluatorPool(children_max=1)) as pool:
        assert await answer_of(pool.begin(request("1 + 1"))) == EvaluationResult((Value("2"),))
    assert len(started) == 2


async def test_a_slow_evaluation_holds_up_no_quick_one() -> None:
    with closing(EvaluatorPool(seconds_max=20)) as pool:
        await answer_of(pool.begin(request("1")))
        slow = pool.begin(request(ENDLESS, limits=UNHURRIED))
        assert await answer_of(pool.begin(request("1 + 1"))) == EvaluationResult((Value("2"),))
        assert slow.answer is None


async def test_waiting_ends_with_the_answer() -> None:
    with closing(EvaluatorPool(children_max=1)) as pool:
        await answer_of(pool.begin(request("1")))
        evaluation = pool.begin(request("1 + 1"))
        evaluation.wait(20)
        assert evaluation.answer == EvaluationResult((Value("2"),))
        evaluation.wait(20)


async def test_many_at_once_are_all_answered() -> None:
    with closing(EvaluatorPool(children_max=3)) as pool:
        evaluations = [pool.begin(request(f"{number} + 1")) for number in range(50)]
        answers = [await answer_of(evaluation) for evaluation in evaluations]
        assert answers == [EvaluationResult((Value(str(number + 1)),)) for number in range(50)]


async def test_a_child_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(EvaluatorPool(children_max=1)) as pool:
        monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
        started = module.ChildProcess
        refusals = iter([OSError(11, "no room")])

        def start(*arguments: object) -> object:
            for error in refusals:
                raise error
            return started(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(module, "ChildProcess", start)
        assert await answer_of(pool.begin(request("1 + 1"))) == EvaluationResult((Value("2"),))
