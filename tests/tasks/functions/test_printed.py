"""What a function prints comes with its result: whole up to a bound, its own, and also when it is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from statemachine.json_text import dump
from statemachine.processes.printed import PrintedTail
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.kind import LOG_BYTES_MAX, Failed, Succeeded, TaskResult
from tests.processes.waiting import until
from tests.tasks.calls import DIRECT, Results, task
from tests.tasks.functions.calls import running_pool


async def perform(kind: LambdaTasks, name: str, event: object = None) -> TaskResult:
    """The result of a task that calls the function."""
    results = Results()
    kind.start(task(f"{DIRECT}{name}", event, dump(event), token=name), results)
    return await results.first()


def test_lines_of_any_origin_are_in_the_log_of_their_own_call() -> None:
    async def body() -> None:
        async with running_pool() as pool:
            kind = LambdaTasks(pool)
            for _ in range(3):
                result = await perform(kind, "prints")
                assert isinstance(result, Succeeded)
                assert result.log is not None
                assert result.log.text == "by print é\nto stderr\nby the system\nby a child\nhalf a line\n"
                quiet = await perform(kind, "echo")
                assert quiet.log is None

    asyncio.run(body())


def test_the_log_of_a_failure_has_its_traceback() -> None:
    async def body() -> None:
        async with running_pool() as pool:
            result = await perform(LambdaTasks(pool), "raise_deeper")
            assert isinstance(result, Failed)
            assert result.log is not None
            lines = result.log.text.splitlines()
            assert (lines[0], lines[-1]) == ("Traceback (most recent call last):", "KeyError: 'key'")

    asyncio.run(body())


def test_the_log_of_a_function_that_ends_its_process() -> None:
    async def body() -> None:
        async with running_pool() as pool:
            result = await perform(LambdaTasks(pool), "print_and_exit")
            assert isinstance(result, Failed)
            assert result.error == "Runtime.ExitError"
            assert result.log is not None
            assert result.log.text == "last words\n"

    asyncio.run(body())


def test_of_a_long_log_the_end_is_kept() -> None:
    async def body() -> None:
        async with running_pool() as pool:
            count = 3 * LOG_BYTES_MAX // 10
            result = await perform(LambdaTasks(pool), "print_numbers", count)
            assert result.log is not None
            printed = "".join(f"{number:09}\n" for number in range(count))
            assert result.log.text == printed[-LOG_BYTES_MAX:]
            assert result.log.cut_bytes == len(printed) - LOG_BYTES_MAX

    asyncio.run(body())


def test_what_a_running_function_has_printed_is_known() -> None:
    async def body() -> None:
        async with running_pool() as pool:
            kind = LambdaTasks(pool)
            results = Results()
            kind.start(task(f"{DIRECT}print_for_ever", None, "null", token="t"), results)
            await until(lambda: kind.printed_by("t") is not None)
            log = kind.printed_by("t")
            assert log is not None
            assert log.text.startswith("xxx")
            kind.cancel("t")
            await until(lambda: kind.printed_by("t") is None)

    asyncio.run(body())


@pytest.mark.parametrize(
    ("pieces", "text", "cut"),
    [
        ([], "", 0),
        ([b"abc"], "abc", 0),
        ([b"abc", b"de"], "bcde", 1),
        ([b"a" * 9, b"bc"], "aabc", 7),
        ([b"1234567890" * 3, b"x"], "890x", 27),
        (["aé".encode(), b"bcd"], "\N{REPLACEMENT CHARACTER}bcd", 2),
    ],
)
def test_the_tail_of_what_is_printed(pieces: list[bytes], text: str, cut: int) -> None:
    tail = PrintedTail(4)
    for piece in pieces:
        tail.add(piece)
    assert (tail.text, tail.cut) == (text, cut)
