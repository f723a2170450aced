"""`statemachine tasks`: the tasks that wait on a running server."""

from __future__ import annotations

import click

from statemachine.cli.durations import duration
from statemachine.cli.json_output import echo_json
from statemachine.cli.server_client import ServerClient, json_option
from statemachine.cli.server_url import server_option
from statemachine.safe_text import safe_line


@click.command()
@json_option
@server_option
def tasks(as_json: bool, url: str) -> None:
    """List the tasks that wait for a worker, a result or a callback."""
    found = False
    for page in ServerClient(url).pages("tasks"):
        for task in page["tasks"]:
            if as_json:
                echo_json(task)
                continue
            if not found:
                click.echo(f"{'WAITS FOR':<9}  {'SINCE':<12}  {'EXECUTION':<32}  STATE")
            found = True
            execution = f"{task['machine']}/{task['execution']}"
            since = duration(task["ageSeconds"])
            click.echo(safe_line(f"{task['waitingFor']:<9}  {since:<12}  {execution:<32}  {task['state']}"))
