"""`statemachine show`: an execution on a running server as a tree of its states."""

from __future__ import annotations

import time

import click

from statemachine.cli.causes import whole_cause
from statemachine.cli.durations import epoch, pending
from statemachine.cli.events import HistoryReader, with_seconds
from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.json_output import echo_json
from statemachine.cli.logs import log_lines, read_logs
from statemachine.cli.server_client import JsonObject, ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.cli.tree_text import as_json as tree_as_json
from statemachine.cli.tree_text import lines
from statemachine.replay.events import from_aws
from statemachine.replay.fates import branches
from statemachine.replay.tree import Tree
from statemachine.safe_text import safe, safe_line


@click.command()
@execution_argument
@click.option("--all", "show_all", is_flag=True, help="Every iteration of a large Map.")
@click.option("--logs", "show_logs", is_flag=True, help="What the functions have printed, too.")
@json_option
@server_option
def show(execution: ExecutionName, show_all: bool, show_logs: bool, as_json: bool, url: str) -> None:
    """Show an execution as a tree of its states.

    Each state has its duration, its attempts and its error. The output, or the error and its cause, comes last.
    """
    server = ServerClient(url)
    described = server.get(*execution.path)
    definition = server.definition_of(described)
    tree = Tree(str(execution), {} if definition is None else branches(definition))
    for event in HistoryReader(server, execution).read():
        tree.add(from_aws(with_seconds(event)))
    root = tree.root
    if not root.children:  # it has not begun: the event of its start, if any, is that of its end
        root.started, root.status = epoch(described["startDate"]), described["status"]
    logs = list(read_logs(server, execution)) if show_logs else []
    if as_json:
        described |= {"logs": logs} if show_logs else {}
        echo_json(described | {"tree": tree_as_json(root)})
        return
    now = time.time()
    for line in lines(root, now, show_all=show_all):
        click.echo(line if described["status"] != "PENDING" else f"{line}  {pending(described, now)}")
    _print_result(described)
    for line in (line for log in logs for line in log_lines(log)):
        click.echo(line)


def _print_result(described: JsonObject) -> None:
    """The output, or the error and the whole cause."""
    if "output" in described:
        click.echo("output: ", nl=False)
        echo_json(described["output"])
    if "error" in described:
        click.echo(f"error: {safe_line(described['error'])}")
    if "cause" in described:
        # The margin keeps a line of the cause from looking like a line of this command.
        click.echo("cause: " + safe(whole_cause(described["cause"])).replace("\n", "\n     │ "))
