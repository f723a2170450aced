"""`statemachine watch`: follow an execution on a running server to its end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import click

from statemachine.cli.events import HistoryReader, with_seconds
from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.exit_statuses import BY_STATUS, INTERRUPTED
from statemachine.cli.progress import make_reporter
from statemachine.cli.server_client import JsonObject, ServerClient, ServerUnavailable, json_option, server_option
from statemachine.core.event_types import ends_execution
from statemachine.json_text import dump
from statemachine.replay.events import from_aws
from statemachine.replay.tree import Tree

PAUSE_MIN, PAUSE_MAX, PAUSE_GROWTH = 0.1, 1.0, 1.5
"""Seconds between two requests: PAUSE_MIN after a new event, then longer by PAUSE_GROWTH until PAUSE_MAX."""
PATIENCE_SECONDS = 60.0
"""How long a server may be unavailable, as it is during a restart."""


@click.command()
@execution_argument
@json_option
@server_option
def watch(execution: ExecutionName, as_json: bool, url: str) -> None:
    """Follow an execution to its end.

    Prints a line for each state as it happens, then the output of the execution. The exit status is 0 if the execution
    has succeeded, else 1. With --json, prints each event of the history, then the execution.
    """
    server = ServerClient(url)
    try:
        described = follow(server, execution, _print) if as_json else _follow_for_people(server, execution)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)  # the execution is not stopped
    if as_json:
        _print([described])
    elif "output" in described:
        click.echo(json.dumps(described["output"], indent=2, ensure_ascii=False))
    else:
        text = f"{described['status']} {described.get('error', '')}: {described.get('cause', '')}"
        click.echo(text.rstrip(": "), err=True)
    sys.exit(BY_STATUS[described["status"]])


def follow(
    server: ServerClient,
    execution: ExecutionName,
    show: Callable[[list[JsonObject]], object],
    sleep: Callable[[float], None] = time.sleep,
) -> JsonObject:
    """Show new events until the execution has ended; the execution as the server describes it.

    Waits PATIENCE_SECONDS for a server that becomes unavailable. Raises Refusal.
    """
    server.get(*execution.path)  # a wrong name or server is refused at once, and not waited for
    history = HistoryReader(server, execution)
    pause, unavailable, ended = PAUSE_MIN, 0.0, False
    while True:
        found: list[JsonObject] = []
        try:
            found.extend(history.read())
            unavailable = 0.0
        except ServerUnavailable:
            unavailable += pause
            if unavailable > PATIENCE_SECONDS:
                raise
        if found:
            show(found)
            ended = ends_execution(found[-1]["type"])
        if ended:
            return server.get(*execution.path)
        pause = PAUSE_MIN if found else min(pause * PAUSE_GROWTH, PAUSE_MAX)
        sleep(pause)


def _print(documents: list[JsonObject]) -> None:
    for document in documents:
        click.echo(dump(document))


def _follow_for_people(server: ServerClient, execution: ExecutionName) -> JsonObject:
    """Follow the execution with lines on standard error. On a terminal, running Maps have progress bars."""
    if not sys.stderr.isatty():
        report = make_reporter()
        return follow(server, execution, lambda events: [report(from_aws(with_seconds(event))) for event in events])
    from rich.console import Console  # noqa: PLC0415

    from statemachine.cli.map_bars import MapBars  # noqa: PLC0415

    tree = Tree(str(execution))
    with MapBars(Console(stderr=True)) as bars:
        report = make_reporter(bars.write, tree)

        def show(events: list[JsonObject]) -> None:
            for event in events:
                report(from_aws(with_seconds(event)))
            bars.update(tree.root)

        return follow(server, execution, show)
