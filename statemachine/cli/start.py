"""`statemachine start`: start an execution on a running server."""

from __future__ import annotations

import click

from statemachine.cli.given_input import input_option, read_input
from statemachine.cli.json_output import echo_json
from statemachine.cli.machine_argument import machine_argument
from statemachine.cli.server_client import ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.safe_text import safe_line


@click.command()
@machine_argument
@input_option
@click.option("--name", help="Name of the execution (default: a new one).")
@json_option
@server_option
def start(machine: str, input_: str, name: str | None, as_json: bool, url: str) -> None:
    """Start an execution.

    Prints MACHINE/NAME, the form in which the other commands take an execution.
    """
    members = {"input": read_input(input_).value}
    if name is not None:
        members["name"] = name
    started = ServerClient(url).post("state-machines", machine, "executions", body=members)
    if as_json:
        echo_json(started)
    else:
        click.echo(f"{machine}/{safe_line(started['name'])}")
