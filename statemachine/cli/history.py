"""`statemachine history`: every event of an execution on a running server."""

from __future__ import annotations

import click

from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.json_output import echo_json
from statemachine.cli.refusals import tell
from statemachine.cli.server_client import JsonObject, ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.replay.events import details_of
from statemachine.safe_text import safe_line


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
            echo_json(event) if as_json else click.echo(_line(event))
    if not found and not as_json:
        tell(f"{execution} is PENDING and has no event yet")


def _line(event: JsonObject) -> str:
    details = details_of(event)
    index = f"[{details['index']}]" if "index" in details else ""
    words = (str(details.get("name", "")) + index, str(details.get("error", "")))
    line = f"{event['id']:>6} ← {event['previousEventId']:<6} {event['timestamp']}  {event['type']}"
    return " ".join((line, *map(safe_line, filter(None, words))))
