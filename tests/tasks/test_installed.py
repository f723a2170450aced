"""The list of kinds: those of the server, then those of outside packages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from statemachine.config import Settings, ShellCommand
from statemachine.tasks.installed import TaskKindError, installed_kinds, outside_kinds
from statemachine.tasks.kind import Succeeded
from tests.tasks.calls import DIRECT, Results, task

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


async def test_kinds_of_outside_packages_come_after_those_of_the_server(installed: Path) -> None:
    installed.write_text("[statemachine.tasks]\nsecond = t_outside:Outside\nfirst = t_outside:Outside\n")
    kinds = await installed_kinds(Settings(shell={"it": ShellCommand(argv=("/bin/true",))}))
    assert [type(kind).__name__ for kind in kinds] == ["LambdaTasks", "ShellTasks", "Outside", "Outside"]


async def test_a_server_has_lambda_tasks_and_no_other_integration() -> None:
    (kind,) = await installed_kinds(Settings())
    assert kind.accepts(f"{DIRECT}fn")
    assert not kind.accepts("arn:aws:states:::sns:publish")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("bad = t_outside:Missing", "The task kind 'bad' (t_outside:Missing) cannot be used: AttributeError"),
        ("bad = t_missing:Outside", "The task kind 'bad' (t_missing:Outside) cannot be used: ModuleNotFoundError"),
        ("bad = t_outside:broken", "cannot be used: RuntimeError('no licence')"),
    ],
)
def test_a_broken_outside_package_is_named(installed: Path, line: str, reason: str) -> None:
    installed.write_text(f"[statemachine.tasks]\n{line}\n")
    with pytest.raises(TaskKindError) as caught:
        outside_kinds()
    assert reason in str(caught.value)


async def test_a_function_of_the_operator_comes_before_the_endpoint(tmp_path: Path) -> None:
    source = tmp_path / "own.py"
    source.write_text("def work(event):\n    return event\n")
    nothing_listens = "http://127.0.0.1:1"
    kinds = await installed_kinds(Settings(functions=(str(source),), lambda_endpoint=nothing_listens))
    results = Results()
    try:
        kinds[0].start(task(f"{DIRECT}work", [1], "[1]"), results)
        assert await results.first() == Succeeded("[1]")
    finally:
        for kind in kinds:
            await kind.close()


async def test_no_function_is_imported_if_an_outside_package_is_broken(installed: Path, tmp_path: Path) -> None:
    installed.write_text("[statemachine.tasks]\nbad = t_outside:broken\n")
    imported = tmp_path / "imported"
    source = tmp_path / "own.py"
    source.write_text(f"open({str(imported)!r}, 'w')\ndef work(event): ...\n")
    with pytest.raises(TaskKindError):
        await installed_kinds(Settings(functions=(str(source),)))
    assert not imported.exists()


@pytest.mark.parametrize(
    ("endpoint", "own"),
    [
        ("http://localhost:8083", True),
        ("http://127.0.0.2:8083/path", True),
        ("http://user:secret@[::1]:8083", True),
        ("http://10.0.0.7:8083", True),
        ("http://localhost:8084", False),
        ("http://10.0.0.8:8083", False),
    ],
)
async def test_the_server_does_not_call_itself_as_a_lambda_endpoint(endpoint: str, own: bool) -> None:
    with capture_logs() as lines:
        (kind,) = await installed_kinds(Settings(host="10.0.0.7", allow_unauthenticated=True, lambda_endpoint=endpoint))
    assert kind.accepts("arn:aws:lambda:us-east-1:000000000000:function:f")
    told = [line for line in lines if "is this server itself" in line["event"]]
    assert bool(told) is own
    assert "secret" not in str(told)
    await kind.close()
