"""The `statemachine` command. The file of a subcommand is imported only when that subcommand is called."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import cast

import click

from statemachine import DISTRIBUTION

COMMANDS = {
    "activities": "List, create and delete activities.",
    "answer": "Say that a task has succeeded or failed.",
    "completion": "Print the completion script of a shell.",
    "config": "Print every setting in force, and its origin.",
    "history": "Print every event of an execution.",
    "jobs": "List, show, register and execute jobs.",
    "list": "List the executions of a server, newest first.",
    "machines": "List, show, create, update and delete state machines.",
    "run": "Execute the definition in FILE and print its output; the exit status tells the outcome.",
    "serve": "Serve the AWS API and the REST API on one port.",
    "show": "Show an execution as a tree of its states.",
    "start": "Start an execution.",
    "stop": "Stop an execution.",
    "tasks": "List the tasks that wait for a worker, a result or a callback.",
    "validate": "Check definitions and print every finding.",
    "watch": "Follow an execution to its end.",
    "worker": "Work on the tasks of an activity with a program.",
}
"""The commands by name, each with its line in `statemachine --help`. The command NAME is in `statemachine.cli.NAME`."""


class CommandFiles(Mapping[str, click.Command]):
    """The commands by name. Looking one up imports its file; asking for the names does not."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in COMMANDS:
            raise KeyError(name)
        values = vars(import_module(f"statemachine.cli.{name}")).values()
        return next(value for value in values if isinstance(value, click.Command) and value.name == name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class CommandGroup(click.Group):
    """A group whose help and version import no command."""

    def __init__(self, **attributes: object) -> None:
        # click never writes to this mapping: a command is added by a line in COMMANDS.
        commands = cast(MutableMapping[str, click.Command], CommandFiles())
        super().__init__(commands=commands, **attributes)  # type: ignore[arg-type]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write COMMANDS, which says of each command what the command says of itself."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=CommandGroup)
@click.version_option(package_name=DISTRIBUTION, prog_name="statemachine")
@click.pass_context
def main(context: click.Context) -> None:
    """Amazon States Language workflows, executed by one durable server."""
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        context.color = False
