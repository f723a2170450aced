"""`statemachine answer`: say by its token that a task has succeeded or failed."""

from __future__ import annotations

import click

from statemachine.cli.given_input import read_input
from statemachine.cli.refusals import Refusal
from statemachine.cli.server_client import ServerClient
from statemachine.cli.server_url import server_option


@click.command()
@click.argument("token")
@click.option("--output", metavar="JSON|@FILE|-", help="The task has succeeded with this output.")
@click.option("--error", help="The task has failed with this error.")
@click.option("--cause", help="The cause of the failure.")
@server_option
def answer(token: str, output: str | None, error: str | None, cause: str | None, url: str) -> None:
    """Say by its token that a task has succeeded or failed.

    Give --output, or --error and --cause. The token is what `$$.Task.Token` was for the task, or what a worker
    was given.
    """
    failed = error is not None or cause is not None
    if failed == (output is not None):
        raise Refusal("answer needs either --output, or --error and --cause")
    server = ServerClient(url)
    if output is not None:
        server.post("tasks", token, "success", body={"output": read_input(output, "--output").value})
    else:
        members = {name: text for name, text in (("error", error), ("cause", cause)) if text is not None}
        server.post("tasks", token, "failure", body=members)
    click.echo("failed" if failed else "succeeded")
