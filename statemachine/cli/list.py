"""`statemachine list`: the executions on a running server, newest first."""

from __future__ import annotations

import time
from itertools import chain, islice
from typing import Any

import click

from statemachine.cli.durations import duration, epoch
from statemachine.cli.execution_argument import execution_name
from statemachine.cli.json_output import echo_json
from statemachine.cli.refusals import tell
from statemachine.cli.server_client import PAGE, JsonObject, ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.cli.status_colours import COLOURS
from statemachine.safe_text import safe_line

STATUSES = ("PENDING", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


@click.command("list")
@click.option("--machine", multiple=True, metavar="NAME", help="Only those of this state machine; repeatable.")
@click.option(
    "--status", multiple=True, type=click.Choice(STATUSES, case_sensitive=False), help="Only those; repeatable."
)
@click.option("--started-after", "startedAfter", metavar="TIMESTAMP", help="In ISO 8601 or epoch seconds.")
@click.option("--started-before", "startedBefore", metavar="TIMESTAMP", help="In ISO 8601 or epoch seconds.")
@click.option("--name-prefix", "namePrefix", metavar="TEXT", help="Only those whose names begin with this.")
@click.option("--error-contains", "errorContains", metavar="TEXT", help="Only those with this in their error or cause.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most.")
@json_option
@server_option
def list_(*, url: str, as_json: bool, limit: int, **filters: Any) -> None:
    """List the executions of a server, newest first."""
    pages = ServerClient(url).pages("executions", limit=min(limit, PAGE), **filters)
    executions = chain.from_iterable(page["executions"] for page in pages)
    now = time.time()
    found = False
    for execution in islice(executions, limit):
        if as_json:
            echo_json(execution)
            continue
        if not found:
            click.echo(f"{'STATUS':<9}  {'STARTED':<24}  {'DURATION':<12}  EXECUTION")
        found = True
        click.echo(_line(execution, now))
    if not found and not as_json:
        tell("no execution matches")


def _line(execution: JsonObject, now: float) -> str:
    """A row. The duration of a running execution goes until `now`; a PENDING one has none."""
    status = click.style(f"{execution['status']:<9}", fg=COLOURS.get(execution["status"]))
    started, stopped = execution["startDate"], execution.get("stopDate")
    lasted = "" if execution["status"] == "PENDING" else duration((epoch(stopped) if stopped else now) - epoch(started))
    return f"{status}  {started}  {lasted:<12}  {safe_line(str(execution_name(execution['executionArn'])))}"
