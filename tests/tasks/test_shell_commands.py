"""The operator's tables `[shell.NAME]`: what they may say, and how a mistake is told."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from statemachine.json_text import dump
from statemachine.tasks.shell import Command, ShellError, read_commands
from statemachine.validation import validate


def test_tables_of_a_toml_file() -> None:
    settings = tomllib.loads("""
        [shell.thumbnail]
        argv = ["/usr/bin/convert", "--", "{from}", "{to}"]
        timeout = 20
        environment = {PATH = "/usr/bin"}
        [shell.date]
        argv = ["/bin/date"]
    """)
    commands = read_commands(settings["shell"])
    assert commands == {
        "thumbnail": Command(
            argv=("/usr/bin/convert", "--", "{from}", "{to}"), timeout=20.0, environment={"PATH": "/usr/bin"}
        ),
        "date": Command(argv=("/bin/date",)),
    }
    assert commands["thumbnail"].filled({"from": "a b", "to": "c"}) == ["/usr/bin/convert", "--", "a b", "c"]


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({}, "Object missing required field `argv`"),
        ({"argv": []}, "Expected `array` of length >= 1 - at `$.argv`"),
        ({"argv": "/bin/date"}, "Expected `array`, got `str` - at `$.argv`"),
        ({"argv": ["date"]}, "argv[0] must be an absolute path, not 'date'"),
        ({"argv": ["{program}"]}, "argv[0] must be an absolute path, not '{program}'"),
        ({"argv": ["/bin/{x}"]}, "argv[0]: a placeholder must be the whole argument, not a part of '/bin/{x}'"),
        ({"argv": ["/a", "--to={to}"]}, "argv[1]: a placeholder must be the whole argument, not a part of '--to={to}'"),
        ({"argv": ["/a", "{a}{b}"]}, "argv[1]: a placeholder must be the whole argument, not a part of '{a}{b}'"),
        ({"argv": ["/a", "\0"]}, "argv[1] holds a NUL character"),
        ({"argv": ["/a"], "timeout": 0}, "Expected `float` > 0.0 - at `$.timeout`"),
        ({"argv": ["/a"], "directory": "here"}, "directory must be an absolute path, not 'here'"),
        ({"argv": ["/a"], "environment": {"A=B": "x"}}, "environment: 'A=B' cannot be set"),
        ({"argv": ["/a"], "environment": {"A": 1}}, "Expected `str`, got `int` - at `$.environment[...]`"),
        ({"argv": ["/a"], "shell": True}, "Object contains unknown field `shell`"),
    ],
)
def test_mistakes_name_their_place(table: Any, text: str) -> None:
    with pytest.raises(ShellError) as caught:
        read_commands({"it": table})
    assert str(caught.value) == f"shell.it: {text}"


@pytest.mark.parametrize("name", ["", "a b", "a.b", "x" * 65])
def test_names_of_commands(name: str) -> None:
    with pytest.raises(ShellError, match="a command's name has 1 to 64 of"):
        read_commands({name: {"argv": ["/bin/true"]}})


def test_braces_that_are_no_placeholder_stay() -> None:
    assert Command(argv=("/usr/bin/awk", "{print $1}", "{}")).filled({}) == ["/usr/bin/awk", "{print $1}", "{}"]


def test_a_definition_may_name_a_command() -> None:
    state = {"Type": "Task", "Resource": "shell:thumbnail", "Parameters": {"from": "a", "to": "b"}, "End": True}
    assert validate(dump({"StartAt": "A", "States": {"A": state}})) == []
