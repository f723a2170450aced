"""`statemachine machines`: the state machines of a running server."""

from __future__ import annotations

import click

from statemachine.cli.given_input import read_object
from statemachine.cli.json_output import echo_json
from statemachine.cli.machine_argument import machine_argument
from statemachine.cli.server_client import ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.safe_text import safe_line

definition_argument = click.argument("file")


@click.group()
def machines() -> None:
    """List, show, create, update and delete state machines."""


@machines.command("list")
@json_option
@server_option
def list_(as_json: bool, url: str) -> None:
    """List the state machines, by name."""
    for page in ServerClient(url).pages("state-machines"):
        for machine in page["stateMachines"]:
            echo_json(machine) if as_json else click.echo(f"{machine['creationDate']}  {safe_line(machine['name'])}")


@machines.command()
@machine_argument
@json_option
@server_option
def show(machine: str, as_json: bool, url: str) -> None:
    """Print the definition of a state machine, or with --json all of its description."""
    described = ServerClient(url).get("state-machines", machine)
    if as_json:
        echo_json(described)
    else:
        echo_json(described["definition"], indented=True)


@machines.command()
@machine_argument
@definition_argument
@json_option
@server_option
def create(machine: str, file: str, as_json: bool, url: str) -> None:
    """Create a state machine from the definition in FILE; - is standard input.

    The same definition again changes nothing.
    """
    body = {"name": machine, "definition": read_object(file)}
    _tell(ServerClient(url).post("state-machines", body=body), machine, "created", as_json=as_json)


@machines.command()
@machine_argument
@definition_argument
@json_option
@server_option
def update(machine: str, file: str, as_json: bool, url: str) -> None:
    """Give a state machine the definition in FILE; - is standard input. Running executions keep theirs."""
    changed = ServerClient(url).patch("state-machines", machine, body={"definition": read_object(file)})
    _tell(changed, machine, "updated", as_json=as_json)


@machines.command()
@machine_argument
@server_option
def delete(machine: str, url: str) -> None:
    """Delete a state machine. Its running executions go on to their end."""
    ServerClient(url).delete("state-machines", machine)
    click.echo(f"{machine} deleted")


def _tell(answer: dict[str, object], machine: str, what: str, *, as_json: bool) -> None:
    if as_json:
        echo_json(answer)
        return
    click.echo(f"{machine} {what}, revision {safe_line(str(answer['revisionId']))}")
    warnings = answer.get("warnings")
    for warning in warnings if isinstance(warnings, list) else ():
        click.echo(safe_line(f"warning: {warning['message']} (at {warning['pointer'] or '/'})"), err=True)
