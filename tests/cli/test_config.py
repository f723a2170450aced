"""`statemachine config`: every setting in force, and where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statemachine.cli.main import main
from statemachine.config import Settings


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("statemachine.toml").write_text('port = 1\ndata = "file"\n[running_max_by_machine]\norder = 2\n')
    monkeypatch.setenv("STATEMACHINE_WORKERS", "3")


def config(*options: str) -> Result:
    return CliRunner().invoke(main, ["config", *options])


def test_every_setting_is_told_with_its_origin() -> None:
    result = config("--data", "option")
    assert result.exit_code == 0
    rows = [line.split(maxsplit=1) for line in result.stdout.splitlines()]
    assert [name for name, _ in rows] == list(Settings.__struct_fields__)
    told = {name: rest.rsplit(maxsplit=1) for name, rest in rows}
    assert told["host"] == ['"127.0.0.1"', "default"]
    assert told["port"] == ["1", "statemachine.toml"]
    assert told["workers"] == ["3", "STATEMACHINE_WORKERS"]
    assert told["data"] == ['"option"', "--data"]
    assert told["running_max_by_machine"] == ['{"order": 2}', "statemachine.toml"]


def test_json_is_one_object_and_nothing_else() -> None:
    shown = json.loads(config("--json").stdout)
    assert set(shown) == set(Settings.__struct_fields__)
    assert shown["port"] == {"value": 1, "origin": "statemachine.toml"}
    assert shown["running_max"] == {"value": None, "origin": "default"}


def test_another_file() -> None:
    Path("other.toml").write_text("port = 7")
    shown = json.loads(config("--json", "--config", "other.toml").stdout)
    assert shown["port"] == {"value": 7, "origin": "other.toml"}
    assert shown["data"]["origin"] == "default"


def test_mistakes_are_told_line_by_line() -> None:
    Path("statemachine.toml").write_text("prot = 1\nworkers = 0")
    result = config()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "statemachine: statemachine.toml: prot: unknown; the nearest name is 'port'",
        "statemachine: statemachine.toml: workers: expected a whole number >= 1",
    ]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_environment_of_a_command_is_told_by_names_alone(options: tuple[str, ...]) -> None:
    Path("statemachine.toml").write_text('[shell.mail]\nargv = ["/bin/true"]\nenvironment = {TOKEN = "secret"}\n')
    told = config(*options).stdout
    assert "TOKEN" in told
    assert "secret" not in told


def test_a_password_in_a_url_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", "https://user:secret@example.com:1/path")
    for printed in (config().stdout, config("--json").stdout):
        assert "https://user:***@example.com:1/path" in printed
        assert "secret" not in printed
