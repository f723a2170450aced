"""`statemachine validate`: every finding with its place, and the exit status that a pipeline needs."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from statemachine.cli.main import main
from tests.engine.definitions import CALLBACK, PASS, machine

BROKEN = '{\n  "StartAt": "Q",\n  "States": {\n    "P": {"Type": "Pass", "Next": "R"}\n  }\n}'


def validate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_valid_definition(tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", json.dumps(PASS))
    result = validate(file)
    assert (result.exit_code, result.output) == (0, f"{file}: valid\n")


def test_every_finding_of_every_file(tmp_path: Path) -> None:
    broken, valid = write(tmp_path, "b.json", BROKEN), write(tmp_path, "a.json", json.dumps(PASS))
    result = validate(broken, valid, write(tmp_path, "c.json", "{"))
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert len([line for line in lines if line.startswith(f"{broken}:")]) >= 2
    assert any(line.startswith(f"{broken}:4:") and "error MISSING_TRANSITION_TARGET" in line for line in lines)
    assert f"{valid}: valid" in lines
    assert "c.json:1:" in lines[-1]
    assert all(line.startswith(str(tmp_path)) for line in lines)


def test_a_warning_is_no_error(tmp_path: Path) -> None:
    suspect = machine(F={"Type": "Fail", "Error": "$.error"})
    result = validate(write(tmp_path, "a.json", json.dumps(suspect)))
    assert result.exit_code == 0
    assert "warning NO_PATH" in result.output


def test_warnings_of_our_own_are_shown_with_their_place(tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", json.dumps(CALLBACK, indent=1))
    result = validate(file)
    assert result.exit_code == 0
    assert result.output.startswith(f"{file}:6:4: warning TOKEN_WITHOUT_TIMEOUT ")
    assert result.output.endswith(" (at /States/C/Resource)\n")


def test_the_type_decides_what_is_allowed(tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", json.dumps(CALLBACK))
    assert validate(file).exit_code == 0
    assert validate(file, "--type", "EXPRESS").exit_code == 1
    assert validate(file, "--type", "FAST").exit_code == 2


def test_files_that_are_none(tmp_path: Path) -> None:
    assert validate().exit_code == 2
    assert validate(tmp_path / "missing.json").exit_code == 2
    (tmp_path / "a.json").write_bytes(b"\xff")
    result = validate(tmp_path / "a.json")
    assert result.exit_code == 1
    assert "no UTF-8 text (byte 0)" in result.output
