"""`statemachine list`: the executions on a running server, newest first."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

import click

from statemachine.cli.execution_argument import execution_name
from statemachine.cli.server_client import PAGE, JsonObject, ServerClient, json_option, server_option
from statemachine.json_text import dump

COLOURS = {"RUNNING": "cyan", "SUCCEEDED": "green", "FAILED": "red", "TIMED_OUT": "red", "ABORTED": "yellow"}


@click.command("list")
@click.option("--machine", multiple=True, metavar="NAME", help="Only those of this state machine; repeatable.")
@click.option("--status", multiple=True, metavar="STATUS", help="Only those with this status; repeatable.")
@click.option("--started-after", "startedAfter", metavar="TIMESTAMP", help="In ISO 8601 or epoch seconds.")
@click.option("--started-before", "startedBefore", metavar="TIMESTAMP", help="In ISO 8601 or epoch seconds.")
@click.option("--name-prefix", "namePrefix", metavar="TEXT", help="Only those whose names begin with this.")
@click.option("--error-contains", "errorContains", metavar="TEXT", help="Only those with this in their error or cause.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most.")
@json_option
@server_option
def list_(*, url: str, as_json: bool, limit: int, status: tuple[str, ...], **filters: Any) -> None:
    """List the executions of a server, newest first."""
    statuses = tuple(text.upper() for text in status)
    pages = ServerClient(url).pages("executions", limit=min(limit, PAGE), status=statuses, **filters)
    executions = chain.from_iterable(page["executions"] for page in pages)
    found = False
    for execution in islice(executions, limit):
        found = True
        click.echo(dump(execution) if as_json else _line(execution))
    if not found and not as_json:
        click.echo("statemachine: no execution matches", err=True)


def _line(execution: JsonObject) -> str:
    status = click.style(f"{execution['status']:<9}", fg=COLOURS.get(execution["status"]))
    name = execution_name(execution["executionArn"])
    return f"{status}  {execution['startDate']}  {execution.get('stopDate', ''):<24}  {name}"
