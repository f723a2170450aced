"""The `statemachine` command and its subcommands."""

from __future__ import annotations

import click

from statemachine.cli.run import run
from statemachine.cli.serve import serve
from statemachine.cli.validate import validate


@click.group()
@click.version_option(package_name="statemachine", prog_name="statemachine")
def main() -> None:
    """Amazon States Language workflows in one durable process."""


for command in (run, serve, validate):
    main.add_command(command)
