"""The `statemachine` command and its subcommands."""

from __future__ import annotations

import click

from statemachine.cli.config import config
from statemachine.cli.history import history
from statemachine.cli.list import list_
from statemachine.cli.run import run
from statemachine.cli.serve import serve
from statemachine.cli.show import show
from statemachine.cli.start import start
from statemachine.cli.stop import stop
from statemachine.cli.validate import validate
from statemachine.cli.watch import watch


@click.group()
@click.version_option(package_name="statemachine", prog_name="statemachine")
def main() -> None:
    """Amazon States Language workflows in one durable process."""


for command in (config, history, list_, run, serve, show, start, stop, validate, watch):
    main.add_command(command)
