"""`statemachine validate`: every finding with its place, and the exit status that a pipeline needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
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
    assert "c.json:1:" in lines[-3]
    assert lines[-2:] == ["  {", "   ^"]
    assert all(line.startswith(str(tmp_path)) for line in lines[:-2])


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


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert validate().exit_code == 2
    assert validate(tmp_path / "missing.json").exit_code == 2
    (tmp_path / "a.json").write_bytes(b"\xff")
    result = validate(tmp_path / "a.json")
    assert result.exit_code == 2
    assert "a.json is not UTF-8 text (byte 0)" in result.output


def test_a_missing_file_does_not_keep_the_others_from_being_checked(tmp_path: Path) -> None:
    valid = write(tmp_path, "a.json", json.dumps(PASS))
    missing = tmp_path / "missing.json"
    for files in ((missing, valid), (valid, missing), (missing, valid, tmp_path)):
        result = validate(*files)
        assert (result.exit_code, result.stdout) == (2, f"{valid}: valid\n")
        assert f"statemachine: There is no file '{missing}'\n" in result.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"StartAt": NaN}', ":1:13: error INVALID_JSON_DESCRIPTION Non-standard token 'NaN'\n"),
        ('{"StartAt"\n: "A"', ":2:6: error INVALID_JSON_DESCRIPTION Unexpected end-of-input"),
        ("StartAt: A\nStates:\n", ":1:1: error INVALID_JSON_DESCRIPTION This looks like YAML; only JSON is read here"),
        ("\ufeff{}", ":1:1: error INVALID_JSON_DESCRIPTION The text begins with a byte order mark (BOM, U+FEFF)"),
        ('{"a": 1, "a": 2}', ":1:10: error INVALID_JSON_DESCRIPTION Duplicate field 'a'\n"),
    ],
)
def test_a_text_that_is_not_json_is_reported_once_without_java(text: str, line: str, tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", text)
    result = validate(file)
    assert result.output.startswith(f"{file}{line}")
    assert len(result.output.splitlines()) == 3
    assert "Source" not in result.output
    assert "Java" not in result.output
    assert "JsonParser" not in result.output
