"""The list of kinds: our own, then those of outside packages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from statemachine.config import Settings
from statemachine.tasks.functions.lambda_function import LambdaTasks
from statemachine.tasks.installed import TaskKindError, installed_kinds, task_kinds
from statemachine.tasks.kind import Succeeded
from tests.tasks.calls import DIRECT, Answers, task

OUTSIDE = """
class Outside:
    def accepts(self, resource): return resource.startswith("outside:")
def broken(): raise RuntimeError("no licence")
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A distribution as an installer leaves it; returns the file of its entry points."""
    (tmp_path / "t_outside.py").write_text(OUTSIDE)
    information = tmp_path / "t_outside-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: t-outside\nVersion: 1.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield information / "entry_points.txt"
    sys.modules.pop("t_outside", None)


def test_first_that_accepts_a_resource_does_it() -> None:
    own = LambdaTasks()
    kinds = task_kinds(own)
    assert next(kind for kind in kinds if kind.accepts(f"{DIRECT}fn")) is own
    assert not any(kind.accepts("arn:aws:states:::sns:publish") for kind in kinds)


def test_outside_packages_come_after_our_own_kinds(installed: Path) -> None:
    installed.write_text("[statemachine.tasks]\nsecond = t_outside:Outside\nfirst = t_outside:Outside\n")
    own = LambdaTasks()
    kinds = task_kinds(own)
    assert [type(kind).__name__ for kind in kinds] == ["LambdaTasks", "Outside", "Outside"]
    assert next(kind for kind in kinds if kind.accepts("outside:thing")) is kinds[1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("bad = t_outside:Missing", "The task kind 'bad' (t_outside:Missing) cannot be used: AttributeError"),
        ("bad = t_missing:Outside", "The task kind 'bad' (t_missing:Outside) cannot be used: ModuleNotFoundError"),
        ("bad = t_outside:broken", "cannot be used: RuntimeError('no licence')"),
    ],
)
def test_outside_package_that_is_broken(installed: Path, line: str, reason: str) -> None:
    installed.write_text(f"[statemachine.tasks]\n{line}\n")
    with pytest.raises(TaskKindError) as caught:
        task_kinds()
    assert reason in str(caught.value)


async def test_a_function_of_ours_comes_before_the_endpoint(tmp_path: Path) -> None:
    source = tmp_path / "own.py"
    source.write_text("def work(event):\n    return event\n")
    nothing_listens = "http://127.0.0.1:1"
    kinds = await installed_kinds(Settings(functions=(str(source),), lambda_endpoint=nothing_listens))
    answers = Answers()
    try:
        kinds[0].start(task(f"{DIRECT}work", [1], "[1]"), answers)
        assert await answers.first() == Succeeded("[1]")
    finally:
        for kind in kinds:
            await kind.close()
