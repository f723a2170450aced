"""`statemachine show`: an execution on a running server as a tree of its states."""

from __future__ import annotations

import time

import click

from statemachine.cli.events import HistoryReader, with_seconds
from statemachine.cli.execution_argument import ExecutionName, execution_argument
from statemachine.cli.logs import log_lines, read_logs
from statemachine.cli.server_client import ServerClient, json_option, server_option
from statemachine.cli.tree_text import as_json as tree_as_json
from statemachine.cli.tree_text import lines
from statemachine.json_text import dump
from statemachine.replay.events import from_aws
from statemachine.replay.tree import Tree


@click.command()
@execution_argument
@click.option("--all", "show_all", is_flag=True, help="Every iteration of a large Map.")
@click.option("--logs", "show_logs", is_flag=True, help="What the functions have printed, too.")
@json_option
@server_option
def show(execution: ExecutionName, show_all: bool, show_logs: bool, as_json: bool, url: str) -> None:
    """Show an execution as a tree of its states.

    Each state has its duration, its attempts and its error. The output of the execution comes last.
    """
    server = ServerClient(url)
    described = server.get(*execution.path)
    tree = Tree(str(execution))
    for event in HistoryReader(server, execution).read():
        tree.add(from_aws(with_seconds(event)))
    logs = list(read_logs(server, execution)) if show_logs else []
    if as_json:
        described |= {"logs": logs} if show_logs else {}
        click.echo(dump(described | {"tree": tree_as_json(tree.root)}))
        return
    for line in lines(tree.root, time.time(), show_all=show_all):
        click.echo(line)
    if "output" in described:
        click.echo(f"output: {dump(described['output'])}")
    for line in (line for log in logs for line in log_lines(log)):
        click.echo(line)
