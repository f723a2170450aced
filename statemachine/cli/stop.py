"""`statemachine stop`: stop an execution on a running server."""

from __future__ import annotations

import click

from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.json_output import echo_json
from statemachine.cli.server_client import ServerClient, json_option
from statemachine.cli.server_url import server_option


@click.command()
@execution_argument
@click.option("--error", help="The error of the stopped execution.")
@click.option("--cause", help="The cause of the stopped execution.")
@json_option
@server_option
def stop(execution: ExecutionName, error: str | None, cause: str | None, as_json: bool, url: str) -> None:
    """Stop an execution.

    An execution that has ended already keeps its status.
    """
    members = {name: value for name, value in (("error", error), ("cause", cause)) if value is not None}
    stopped = ServerClient(url).post(*execution.path, "stop", body=members)
    if as_json:
        echo_json(stopped)
    else:
        click.echo(f"{execution} ended at {stopped['stopDate']}")
