"""A kind of task from outside, `outside_package`: found by its entry point, and used by a whole server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statemachine.json_text import dump
from statemachine.tasks.installed import outside_kinds
from statemachine.validation import validate

PACKAGE = Path(__file__).parent / "outside_package"
STATE = {"Type": "Task", "Resource": "letters:count", "InputPath": "$.text", "End": True}
DEFINITION = dump({"StartAt": "Count", "States": {"Count": STATE}})


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package is on the path, as after an installation."""
    monkeypatch.setattr(sys, "path", [str(PACKAGE), *sys.path])
    yield
    sys.modules.pop("statemachine_letters", None)


def test_without_the_package_its_resource_has_no_kind() -> None:
    assert not any(kind.accepts("letters:count") for kind in outside_kinds())


@pytest.mark.usefixtures("installed")
def test_with_the_package_its_kind_serves_its_resource_and_no_other() -> None:
    (kind,) = outside_kinds()
    assert kind.accepts("letters:count")
    assert not kind.accepts("letters:other")


def test_its_resource_is_valid_in_a_definition() -> None:
    assert validate(DEFINITION) == []


@pytest.mark.parametrize(
    ("text", "exit_status", "shown"),
    [("a b-ç 1", 0, '"letters": 3'), (7, 1, "Letters.NoText")],
)
def test_a_whole_process_runs_it(text: Any, exit_status: int, shown: str, tmp_path: Path) -> None:
    file = tmp_path / "count.json"
    file.write_text(DEFINITION)
    ran = subprocess.run(
        [sys.executable, "-m", "statemachine", "run", str(file), "--input", json.dumps({"text": text})],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ran.returncode == exit_status, ran.stderr
    assert shown in ran.stdout + ran.stderr
