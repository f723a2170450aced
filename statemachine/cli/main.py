"""The `statemachine` command: a group that imports the file of a command only when that command is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import cast

import click

COMMANDS = {
    "config": "Print every setting in force, and its origin.",
    "history": "Print every event of an execution.",
    "list": "List the executions of a server, newest first.",
    "run": "Execute the definition in FILE and print its output; the exit status tells the outcome.",
    "serve": "Serve the AWS API and the REST API on one port.",
    "show": "Show an execution as a tree of its states.",
    "start": "Start an execution.",
    "stop": "Stop an execution.",
    "validate": "Check definitions and print every finding.",
    "watch": "Follow an execution to its end.",
}
"""The commands by name, each with its line in `statemachine --help`. NAME is the command in `statemachine.cli.NAME`."""


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
    """A group whose own help imports no command."""

    def __init__(self, **attributes: object) -> None:
        # click only reads `commands`; what it would add to them is not ours to take.
        commands = cast(MutableMapping[str, click.Command], CommandFiles())
        super().__init__(commands=commands, **attributes)  # type: ignore[arg-type]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=CommandGroup)
@click.version_option(package_name="statemachine", prog_name="statemachine")
def main() -> None:
    """Amazon States Language workflows in one durable process."""
