"""`statemachine stop`: stop an execution on a running server."""

from __future__ import annotations

import click

from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.server_client import ServerClient, json_option, server_option
from statemachine.json_text import dump


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
    click.echo(dump(stopped) if as_json else f"{execution} ended at {stopped['stopDate']}")
