"""`statemachine watch`: follow an execution on a running server to its end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click

from statemachine.cli.durations import epoch, pending
from statemachine.cli.events import HistoryReader, with_seconds
from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.exit_statuses import BY_STATUS, INTERRUPTED
from statemachine.cli.json_output import echo_json
from statemachine.cli.progress import Reporter
from statemachine.cli.refusals import tell
from statemachine.cli.server_client import JsonObject, ServerClient, ServerUnavailable, json_option
from statemachine.cli.server_url import server_option
from statemachine.core.event_types import ends_execution
from statemachine.replay.events import from_aws

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
        described = server.get(*execution.path)  # a wrong name or server is refused at once, and not waited for
        if described["status"] == "PENDING":
            tell(f"{execution} is PENDING: {pending(described, time.time())}")
        if as_json:
            described = follow(server, execution, _print)
            _print([described])
        else:
            described = _follow_for_people(server, execution, described)
    except KeyboardInterrupt:
        tell(f"{execution} continues; `statemachine stop {execution}` ends it")
        sys.exit(INTERRUPTED)
    sys.exit(BY_STATUS[described["status"]])


def follow(
    server: ServerClient,
    execution: ExecutionName,
    show: Callable[[list[JsonObject]], object],
    sleep: Callable[[float], None] = time.sleep,
) -> JsonObject:
    """Show new events until the execution has ended; the execution as the server describes it.

    Waits PATIENCE_SECONDS for a server that becomes unavailable, and says so. Raises Refusal.
    """
    history = HistoryReader(server, execution)
    pause, unavailable, ended = PAUSE_MIN, 0.0, False
    while True:
        found: list[JsonObject] = []
        try:
            found.extend(history.read())
            if found:
                show(found)
                ended = ends_execution(found[-1]["type"])
            described = server.get(*execution.path) if ended else {}
            if unavailable:
                tell(f"{server.url} is back")
            if ended:
                return described
            unavailable = 0.0
        except ServerUnavailable as error:
            if not unavailable:
                tell(f"{error.message}; waiting up to {PATIENCE_SECONDS:.0f} s for it")
            unavailable += pause
            if unavailable > PATIENCE_SECONDS:
                raise
        pause = PAUSE_MIN if found else min(pause * PAUSE_GROWTH, PAUSE_MAX)
        sleep(pause)


def _print(documents: list[JsonObject]) -> None:
    for document in documents:
        echo_json(document)


def _follow_for_people(server: ServerClient, execution: ExecutionName, described: JsonObject) -> JsonObject:
    """Follow the execution with lines on standard error. On a terminal, running Maps have progress bars."""
    reporter = Reporter(definition=server.definition_of(described))

    def show(events: list[JsonObject]) -> None:
        for event in events:
            reporter(from_aws(with_seconds(event)))

    if sys.stderr.isatty():
        described = _follow_with_bars(server, execution, reporter, show)
    else:
        described = follow(server, execution, show)
    if "output" in described:
        echo_json(described["output"], indented=True)
    seconds = epoch(described["stopDate"]) - epoch(described["startDate"])
    next = f"`statemachine show {execution}` shows its states"
    reporter.write_end(described["status"], seconds, described.get("error"), described.get("cause"), next)
    return described


def _follow_with_bars(
    server: ServerClient, execution: ExecutionName, reporter: Reporter, show: Callable[[list[JsonObject]], object]
) -> JsonObject:
    from rich.console import Console  # noqa: PLC0415

    from statemachine.cli.live_bars import LiveBars  # noqa: PLC0415

    usual = reporter.write
    with LiveBars(Console(stderr=True)) as bars:
        reporter.write = bars.write

        def show_with_bars(events: list[JsonObject]) -> None:
            show(events)
            bars.update(reporter.tree.root)

        described = follow(server, execution, show_with_bars)
    reporter.write = usual
    return described
