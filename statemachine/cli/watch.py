"""`statemachine watch`: follow an execution of a running server to its end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from statemachine.cli.events import Events, is_end, with_seconds
from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.progress import make_reporter
from statemachine.cli.server_client import ServerClient, Unavailable, json_option, server_option
from statemachine.json_text import dump
from statemachine.replay.tree import Tree

PAUSE_MIN, PAUSE_MAX, PAUSE_GROWTH = 0.1, 1.0, 1.5
"""Seconds between two questions: the fewest as long as something happens, more and more while nothing does."""
PATIENCE_SECONDS = 60.0
"""How long a server may be away, as it is while it is started anew."""
INTERRUPTED = 130
"""Exit status of who was interrupted, as a shell tells it; the outcome is not known."""

Event = dict[str, Any]


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
        described = follow(server, execution, _print) if as_json else _shown(server, execution)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)  # the execution goes on
    if as_json:
        _print([described])
    elif "output" in described:
        click.echo(json.dumps(described["output"], indent=2, ensure_ascii=False))
    else:
        text = f"{described['status']} {described.get('error', '')}: {described.get('cause', '')}"
        click.echo(text.rstrip(": "), err=True)
    sys.exit(0 if described["status"] == "SUCCEEDED" else 1)


def _print(documents: list[Event]) -> None:
    for document in documents:
        click.echo(dump(document))


def follow(
    server: ServerClient,
    execution: ExecutionName,
    show: Callable[[list[Event]], object],
    sleep: Callable[[float], None] = time.sleep,
) -> Event:
    """Show new events until the execution has ended; the execution.

    A server that goes away while it is watched is waited for. Raises Refusal.
    """
    server.get(*execution.path)  # who is mistaken hears of it at once
    events = Events(server, execution)
    pause, away, ended = PAUSE_MIN, 0.0, False
    while True:
        found: list[Event] = []
        try:
            found.extend(events.read())
            away = 0.0
        except Unavailable:
            away += pause
            if away > PATIENCE_SECONDS:
                raise
        if found:
            show(found)
            ended = is_end(found[-1])
        if ended:
            return server.get(*execution.path)
        pause = PAUSE_MIN if found else min(pause * PAUSE_GROWTH, PAUSE_MAX)
        sleep(pause)


def _shown(server: ServerClient, execution: ExecutionName) -> Event:
    """Follow the execution with lines, and with bars for its Maps where a terminal looks on."""
    if not sys.stderr.isatty():
        report = make_reporter()
        return follow(server, execution, lambda events: [report(with_seconds(event)) for event in events])
    from rich.console import Console  # noqa: PLC0415

    from statemachine.cli.map_bars import MapBars  # noqa: PLC0415

    tree = Tree(str(execution))
    with MapBars(Console(stderr=True)) as bars:
        report = make_reporter(bars.write, tree)

        def show(events: list[Event]) -> None:
            for event in events:
                report(with_seconds(event))
            bars.update(tree.root)

        return follow(server, execution, show)
