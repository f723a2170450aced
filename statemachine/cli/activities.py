"""`statemachine activities`: the activities of a running server."""

from __future__ import annotations

import click

from statemachine.cli.json_output import echo_json
from statemachine.cli.server_client import ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.safe_text import safe_line


@click.group()
def activities() -> None:
    """List, create and delete activities. `statemachine worker` works on their tasks."""


@activities.command("list")
@json_option
@server_option
def list_(as_json: bool, url: str) -> None:
    """List the activities, by name."""
    for page in ServerClient(url).pages("activities"):
        for activity in page["activities"]:
            echo_json(activity) if as_json else click.echo(safe_line(activity["name"]))


@activities.command()
@click.argument("name")
@json_option
@server_option
def create(name: str, as_json: bool, url: str) -> None:
    """Create an activity, and print the ARN that a Task state names as its Resource."""
    created = ServerClient(url).post("activities", body={"name": name})
    echo_json(created) if as_json else click.echo(created["activityArn"])


@activities.command()
@click.argument("name")
@server_option
def delete(name: str, url: str) -> None:
    """Delete an activity."""
    ServerClient(url).delete("activities", name)
    click.echo(f"{name} deleted")
