"""`statemachine jobs`: the jobs of a running server."""

from __future__ import annotations

import click

from statemachine.cli.given_input import input_option, read_input, read_object
from statemachine.cli.json_output import echo_json
from statemachine.cli.server_client import ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.safe_text import safe_line


@click.group()
def jobs() -> None:
    """List, show, register and execute jobs."""


@jobs.command("list")
@json_option
@server_option
def list_(as_json: bool, url: str) -> None:
    """List the jobs, by id."""
    for page in ServerClient(url).pages("job-definitions"):
        for job in page["jobs"]:
            echo_json(job) if as_json else click.echo(safe_line(job["id"]))


@jobs.command()
@click.argument("id")
@server_option
def show(id: str, url: str) -> None:
    """Print a job as it was registered, and where it runs."""
    echo_json(ServerClient(url).get("job-definitions", id), indented=True)


@jobs.command()
@click.argument("file")
@json_option
@server_option
def register(file: str, as_json: bool, url: str) -> None:
    """Register the job in FILE, or a new revision of it; - is standard input."""
    registered = ServerClient(url).post("job-definitions", body=read_object(file))
    echo_json(registered) if as_json else click.echo(f"{safe_line(registered['id'])} registered")


@jobs.command()
@click.argument("id")
@input_option
@json_option
@server_option
def execute(id: str, input_: str, as_json: bool, url: str) -> None:
    """Execute a job, and print its execution for `watch` and `show`."""
    started = ServerClient(url).post("jobs", id, "execute", body={"input": read_input(input_).value})
    echo_json(started) if as_json else click.echo(safe_line(started["executionId"]))
