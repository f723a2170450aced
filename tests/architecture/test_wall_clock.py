"""No test asserts how long something took by the wall clock."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.architecture.ratchet import hold
from tests.architecture.wall_clock import judge

TESTS = Path(__file__).parents[1]

EXCEPTIONS: dict[tuple[str, str], str] = {}


def test_no_test_asserts_wall_clock_time() -> None:
    found = {
        (str(path.relative_to(TESTS)), function): f"line {line}"
        for path in sorted(TESTS.rglob("*.py"))
        for function, line in judge(path.read_text())
    }
    hold(found, EXCEPTIONS)


def test_examples_of_hypothesis_have_no_deadline() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None


def body(*lines: str) -> str:
    """The source of a test with that body."""
    head = ["import asyncio, time", "from time import perf_counter as now", "import pytest", "def test():"]
    return "\n".join([*head, *(f"    {line}" for line in lines)])


@pytest.mark.parametrize(
    "lines",
    [
        ("began = time.monotonic()", "work()", "assert time.monotonic() - began < 5"),
        ("began = now()", "work()", "took = now() - began", "assert took == pytest.approx(1)"),
        ("loop = asyncio.get_running_loop()", "end = loop.time() + 1", "assert end > 1"),
        ("assert asyncio.get_running_loop().time() < 3",),
        ("longest = 0.0", "for _ in range(3):", "    longest = max(longest, now())", "assert round(longest, 1) < 1"),
        ("took = []", "took.append(now())", "for one in took:", "    assert one < 1"),
        ("self.began = time.time_ns()", "assert self.began < 5"),
        ("assert (took := now()) < 5",),
        ("began = now()", "if now() - began > 5:", "    pytest.fail('too slow')"),
        ("began = now()", "check(now() - began == pytest.approx(2))"),
        ("def inner():", "    assert now() < 5"),
    ],
)
def test_what_is_found(lines: tuple[str, ...]) -> None:
    assert judge(body(*lines))


@pytest.mark.parametrize(
    "lines",
    [
        ("began = time.process_time()", "assert time.process_time() - began < 5"),
        ("answer = call(deadline=time.time() + 30)", "assert answer == 1"),
        ("until = time.monotonic() + 9", "while time.monotonic() < until:", "    work()", "assert done"),
        ("clock = Clock()", "assert clock.time() == 3"),
        ("run(clock=time.monotonic)", "assert True"),
    ],
)
def test_what_is_not(lines: tuple[str, ...]) -> None:
    assert judge(body(*lines)) == []
