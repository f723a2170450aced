"""`statemachine history`: every event of an execution on a running server."""

from __future__ import annotations

import click

from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.server_client import JsonObject, ServerClient, json_option, server_option
from statemachine.json_text import dump
from statemachine.replay.events import details_of


@click.command()
@execution_argument
@json_option
@server_option
def history(execution: ExecutionName, as_json: bool, url: str) -> None:
    """Print every event of an execution.

    Each line has the id of the event, the id of the event before it, the timestamp and the type.
    """
    found = False
    for page in ServerClient(url).pages(*execution.path, "history"):
        for event in page["events"]:
            found = True
            click.echo(dump(event) if as_json else _line(event))
    if not found and not as_json:
        click.echo(f"statemachine: {execution} is PENDING and has no event yet", err=True)


def _line(event: JsonObject) -> str:
    details = details_of(event)
    index = f"[{details['index']}]" if "index" in details else ""
    words = (str(details.get("name", "")) + index, str(details.get("error", "")))
    line = f"{event['id']:>6} ← {event['previousEventId']:<6} {event['timestamp']}  {event['type']}"
    return " ".join((line, *filter(None, words)))
