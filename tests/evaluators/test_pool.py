"""Evaluations in child processes: answered, bounded in time and memory, and never in each other's way.

No test depends on the speed of the machine: limits of processor time are far away, or reached by endless work, and
limits of the clock pass when a test skips them.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from statemachine.evaluators import pool as module
from statemachine.evaluators.pool import (
    ENVIRONMENT,
    INHERITED,
    STANDSTILL_SECONDS,
    TOO_LARGE,
    TOO_SLOW,
    EvaluatorPool,
    PooledEvaluation,
)
from statemachine.processes import process
from statemachine.query.evaluation import EvaluationLimits, EvaluationRequest, EvaluationResult, ExpressionFailed, Value
from tests.processes.loops import advance_loop_time, loop_has_read
from tests.processes.waiting import until

ENDLESS = "($f := function($n) { $f($n + 1) }; $f(0))"
PATIENT = EvaluationLimits()
UNHURRIED = EvaluationLimits(600_000, 100_000, 100_000_000, 1 << 40)
"""Limits of the evaluator itself that are wider than those of its child process."""
SECONDS = 600.0
"""So much processor time is out of reach."""
LITTLE = 0.05
"""So much processor time is soon used up."""
TWO = EvaluationResult((Value("2"),))


async def result_of(evaluation: PooledEvaluation) -> EvaluationResult:
    """The answer, when it is there."""
    there = asyncio.Event()
    evaluation.on_done = there.set
    if evaluation.result is None:
        await there.wait()
    assert evaluation.result is not None
    return evaluation.result


async def pid_of(evaluation: PooledEvaluation) -> int:
    """The process that works on it, when there is one."""
    while evaluation.child is None:
        await asyncio.sleep(0)
    return evaluation.child.pid


def request(expression: str, bindings: str = "{}", limits: EvaluationLimits = PATIENT) -> EvaluationRequest:
    return EvaluationRequest((expression,), bindings, limits=limits)


async def test_an_expression_is_answered() -> None:
    with closing(EvaluatorPool(processor_seconds_max=SECONDS)) as pool:
        answer = await result_of(pool.begin(request("$map($x, function($n) { $n * 2 })", '{"x": [1, 2]}')))
        assert answer == EvaluationResult((Value("[2,4]"),))


async def test_a_failure_is_an_answer_and_the_child_lives_on() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        (failed,) = (await result_of(pool.begin(request('1 + "a"')))).results
        assert isinstance(failed, ExpressionFailed)
        assert failed.code == "T2002"
        assert await result_of(pool.begin(request("1 + 1"))) == TWO


async def test_what_takes_too_long_is_killed_and_the_next_is_answered() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=LITTLE)) as pool:
        # The evaluator's own limits would stop it, too; the child's limit must hold without them.
        slow = pool.begin(request(ENDLESS, limits=UNHURRIED))
        next_ = pool.begin(request("1 + 1"))
        assert await result_of(slow) == TOO_SLOW
        assert await result_of(next_) == TWO


async def test_the_limit_holds_for_each_request_alone() -> None:
    # Together they take many times the limit; alone none comes near it.
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=1.0)) as pool:
        many = [pool.begin(request("$sum([1..100000].($ * 2))")) for _ in range(60)]
        assert {await result_of(each) for each in many} == {EvaluationResult((Value("10000100000"),))}


async def test_time_in_which_a_child_gets_no_processor_does_not_count() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        await result_of(pool.begin(request("1")))
        struck = pool.begin(request("$sum([1..300000].($ * 2))"))
        pid = await pid_of(struck)
        os.kill(pid, signal.SIGSTOP)
        advance_loop_time(STANDSTILL_SECONDS - 1)
        await loop_has_read()
        os.kill(pid, signal.SIGCONT)
        assert await result_of(struck) == EvaluationResult((Value("90000300000"),))
        assert await result_of(pool.begin(request("1 + 1"))) == TWO
        assert pool.pids >= {pid}


async def test_an_evaluation_whose_child_is_frozen_is_repeated() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        await result_of(pool.begin(request("1")))
        struck = pool.begin(request("$sum([1..300000].($ * 2))"))
        frozen = await pid_of(struck)
        os.kill(frozen, signal.SIGSTOP)
        while frozen in pool.pids:
            advance_loop_time(STANDSTILL_SECONDS)
            await loop_has_read()
        assert await result_of(struck) == EvaluationResult((Value("90000300000"),))


async def test_a_child_gets_nothing_of_the_environment_but_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    with closing(EvaluatorPool(children_max=1)) as pool:
        assert pool.environment.keys() <= {*INHERITED, *ENVIRONMENT}
        assert await result_of(pool.begin(request("1 + 1"))) == TWO


async def test_what_takes_too_much_memory_ends_in_an_answer() -> None:
    with closing(
        EvaluatorPool(children_max=1, processor_seconds_max=SECONDS, memory_bytes_max=160 * 1024 * 1024)
    ) as pool:
        large = request(
            '($d := function($s, $n) { $n = 0 ? $s : $d($s & $s, $n - 1) }; $length($d("xxxxxxxxxxxxxxxx", 26)))',
            limits=UNHURRIED,
        )
        assert await result_of(pool.begin(large)) == TOO_LARGE
        assert await result_of(pool.begin(request("1 + 1"))) == TWO


async def test_an_evaluation_is_repeated_after_a_kill_from_outside() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        await result_of(pool.begin(request("1")))
        struck = pool.begin(request("$sum([1..300000].($ * 2))"))
        os.kill(await pid_of(struck), signal.SIGKILL)
        assert await result_of(struck) == EvaluationResult((Value("90000300000"),))


async def test_an_evaluation_that_ends_two_children_has_failed() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        struck = pool.begin(request(ENDLESS, limits=UNHURRIED))
        first = await pid_of(struck)
        os.kill(first, signal.SIGKILL)
        while (second := await pid_of(struck)) == first:
            await asyncio.sleep(0)
        os.kill(second, signal.SIGKILL)
        message = "The process of the evaluation ended twice: signal: killed"
        assert await result_of(struck) == EvaluationResult((ExpressionFailed("", message),))
        assert await result_of(pool.begin(request("1 + 1"))) == TWO


async def test_a_kill_of_an_idle_child_from_outside_costs_nothing() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        first = pool.begin(request("1"))
        pid = await pid_of(first)
        await result_of(first)
        os.kill(pid, signal.SIGKILL)
        assert await result_of(pool.begin(request("1 + 1"))) == TWO


@pytest.mark.parametrize("kilobytes", [10, 100, 250])
async def test_the_largest_inputs_find_room(kilobytes: int) -> None:
    item = '{"a": "' + "x" * 90 + '"}'
    items = ", ".join([item] * (kilobytes * 10))
    with closing(EvaluatorPool(processor_seconds_max=SECONDS)) as pool:
        evaluation = pool.begin(request("$count($map($x, function($v) { $v.a }))", f'{{"x": [{items}]}}'))
        assert await result_of(evaluation) == EvaluationResult((Value(str(kilobytes * 10)),))


async def test_a_slow_evaluation_holds_up_no_quick_one() -> None:
    with closing(EvaluatorPool(processor_seconds_max=SECONDS)) as pool:
        await result_of(pool.begin(request("1")))
        slow = pool.begin(request(ENDLESS, limits=UNHURRIED))
        assert await result_of(pool.begin(request("1 + 1"))) == TWO
        assert slow.result is None


async def test_waiting_ends_with_the_answer() -> None:
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        await result_of(pool.begin(request("1")))
        evaluation = pool.begin(request("1 + 1"))
        evaluation.wait(SECONDS)
        assert evaluation.result == TWO
        evaluation.wait(SECONDS)


async def test_many_at_once_are_all_answered() -> None:
    with closing(EvaluatorPool(children_max=3, processor_seconds_max=SECONDS)) as pool:
        evaluations = [pool.begin(request(f"{number} + 1")) for number in range(50)]
        answers = [await result_of(evaluation) for evaluation in evaluations]
        assert answers == [EvaluationResult((Value(str(number + 1)),)) for number in range(50)]


@pytest.mark.parametrize("argv", [("/nowhere/at/all",), ("/bin/false",)])
async def test_a_child_that_does_not_start_is_tried_again_after_a_pause(
    argv: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    popen = process.Popen

    def start(arguments: tuple[str, ...], **options: Any) -> Any:
        started.append(arguments)
        return popen(argv if len(started) == 1 else arguments, **options)

    monkeypatch.setattr(process, "Popen", start)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        assert await result_of(pool.begin(request("1 + 1"))) == TWO
    assert len(started) == 2


@contextmanager
def many_open_files(count: int) -> Iterator[None]:
    """As in a server with so many connections."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], count + 500), before[1]))
    opened = [os.dup(0) for _ in range(count)]
    try:
        yield
    finally:
        for file in opened:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_waiting_works_beside_a_thousand_connections() -> None:
    with many_open_files(1100), closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
        await result_of(pool.begin(request("1")))
        evaluation = pool.begin(request("1 + 1"))
        evaluation.wait(SECONDS)
        assert evaluation.result == TWO


async def test_an_evaluation_that_is_done_is_freed_without_a_garbage_collection() -> None:
    gc.collect()
    gc.disable()
    try:
        with closing(EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)) as pool:
            evaluation = pool.begin(request("1 + 1"))
            assert await result_of(evaluation) == TWO
            freed = weakref.ref(evaluation)
            del evaluation
            await until(lambda: freed() is None)
    finally:
        gc.enable()


async def test_after_the_close_nothing_is_answered() -> None:
    pool = EvaluatorPool(children_max=1, processor_seconds_max=SECONDS)
    running, queued = pool.begin(request(ENDLESS, limits=UNHURRIED)), pool.begin(request("1"))
    await pid_of(running)
    pool.close()
    while pool.pids:
        await asyncio.sleep(0.001)
    assert (running.result, queued.result) == (None, None)
