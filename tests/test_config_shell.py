"""The operator's tables `[shell.NAME]`: their members, and the messages about mistakes."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec
import pytest

from statemachine.config import ConfigError, Settings, ShellCommand
from statemachine.config.values import checked

TABLES = next(field.type for field in msgspec.structs.fields(Settings) if field.name == "shell")


def test_tables_of_a_toml_file() -> None:
    settings = tomllib.loads("""
        [shell.thumbnail]
        argv = ["/usr/bin/convert", "--", "{from}", "{to}"]
        timeout = 20
        environment = {PATH = "/usr/bin"}
        [shell.date]
        argv = ["/bin/date"]
    """)
    assert checked(settings["shell"], TABLES, "file: shell") == {
        "thumbnail": ShellCommand(
            argv=("/usr/bin/convert", "--", "{from}", "{to}"), timeout=20.0, environment={"PATH": "/usr/bin"}
        ),
        "date": ShellCommand(argv=("/bin/date",)),
    }


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({}, ": Object missing required field `argv`"),
        ({"argv": []}, ".argv: expected a list, not empty"),
        ({"argv": "/bin/date"}, ".argv: expected a list, got text"),
        ({"argv": ["/a", 1]}, ".argv[1]: expected text, got a whole number"),
        ({"argv": ["date"]}, ": argv[0] must be an absolute path, not 'date'"),
        ({"argv": ["{program}"]}, ": argv[0] must be an absolute path, not '{program}'"),
        ({"argv": ["/bin/{x}"]}, ": argv[0]: a placeholder must be the whole argument, not a part of '/bin/{x}'"),
        (
            {"argv": ["/a", "--to={to}"]},
            ": argv[1]: a placeholder must be the whole argument, not a part of '--to={to}'",
        ),
        ({"argv": ["/a", "{a}{b}"]}, ": argv[1]: a placeholder must be the whole argument, not a part of '{a}{b}'"),
        ({"argv": ["/a", "\0"]}, ": argv[1] contains a NUL character"),
        ({"argv": ["/a"], "timeout": 0}, ".timeout: expected a number > 0.0"),
        ({"argv": ["/a"], "directory": "here"}, ": directory must be an absolute path, not 'here'"),
        ({"argv": ["/a"], "environment": {"A=B": "x"}}, ": environment: 'A=B' cannot be set"),
        ({"argv": ["/a"], "environment": {"A": 1}}, ".environment.A: expected text, got a whole number"),
        ({"argv": ["/a"], "timout": 3}, ".timout: unknown; the nearest name is 'timeout'"),
        ("/bin/date", ": expected a table, got text"),
    ],
)
def test_mistakes_name_their_place(table: Any, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        checked({"it": table}, TABLES, "file: shell")
    assert str(refused.value) == f"file: shell.it{told}"


@pytest.mark.parametrize("name", ["", "a b", "a.b", "x" * 65])
def test_a_command_has_a_name_that_a_resource_can_have(name: str) -> None:
    with pytest.raises(ConfigError) as refused:
        checked({name: {"argv": ["/bin/true"]}}, TABLES, "file: shell")
    assert str(refused.value).startswith(f"file: shell.{name}: expected text that matches")
