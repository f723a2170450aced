"""A command's placeholders, filled with a task's arguments."""

from __future__ import annotations

from statemachine.config import ShellCommand
from statemachine.json_text import dump
from statemachine.tasks.shell.kind import argv_for
from statemachine.validation import validate


def test_a_placeholder_is_one_argument() -> None:
    command = ShellCommand(argv=("/usr/bin/convert", "--", "{from}", "{to}"))
    assert argv_for(command, {"from": "a b", "to": "c"}) == ["/usr/bin/convert", "--", "a b", "c"]


def test_braces_that_are_no_placeholder_stay() -> None:
    assert argv_for(ShellCommand(argv=("/usr/bin/awk", "{print $1}", "{}")), {}) == ["/usr/bin/awk", "{print $1}", "{}"]


def test_a_definition_may_name_a_command() -> None:
    state = {"Type": "Task", "Resource": "shell:thumbnail", "Parameters": {"from": "a", "to": "b"}, "End": True}
    assert validate(dump({"StartAt": "A", "States": {"A": state}})) == []
