"""`statemachine answer`: say by its token that a task has succeeded or failed."""

from __future__ import annotations

import click

from statemachine.cli.execution_argument import ExecutionName, execution_name
from statemachine.cli.given_input import read_input
from statemachine.cli.json_output import echo_json
from statemachine.cli.refusals import Refusal, tell
from statemachine.cli.server_client import ServerClient
from statemachine.cli.server_url import server_option


@click.command(context_settings={"ignore_unknown_options": True})  # a token may begin with a dash
@click.argument("task", metavar="TOKEN|EXECUTION")
@click.option("--output", metavar="JSON|@FILE|-", help="The task has succeeded with this output.")
@click.option("--error", help="The task has failed with this error.")
@click.option("--cause", help="The cause of the failure.")
@server_option
def answer(task: str, output: str | None, error: str | None, cause: str | None, url: str) -> None:
    """Say that a task has succeeded or failed.

    Give --output, or --error and --cause. TOKEN is what `$$.Task.Token` was for the task. Of an EXECUTION with one task
    that can be answered the token is found. Without a result, what the tasks of the EXECUTION ask is printed.
    """
    failed = error is not None or cause is not None
    if failed and output is not None:
        raise Refusal("answer needs either --output, or --error and --cause")
    server = ServerClient(url)
    execution = _execution(task)
    if not failed and output is None:
        if execution is None:
            raise Refusal("answer needs either --output, or --error and --cause")
        asked = [found for page in server.pages(*execution.path, "tasks") for found in page["tasks"]]
        for found in asked:
            echo_json(found)
        if not asked:
            tell(f"{execution} has no task that can be answered")
        return
    token = task if execution is None else _only_token(server, execution)
    if output is not None:
        server.post("tasks", token, "success", body={"output": read_input(output, "--output").value})
    else:
        members = {name: text for name, text in (("error", error), ("cause", cause)) if text is not None}
        server.post("tasks", token, "failure", body=members)
    click.echo("failed" if failed else "succeeded")


def _execution(task: str) -> ExecutionName | None:
    """The execution that the argument names, None if it is a token: a token has neither `/` nor `:`."""
    return execution_name(task) if "/" in task or ":" in task else None


def _only_token(server: ServerClient, execution: ExecutionName) -> str:
    found = server.get(*execution.path, "tasks", limit=2)["tasks"]
    if len(found) != 1:
        what = "several tasks that can be answered: name one by its token" if found else "no task that can be answered"
        raise Refusal(f"{execution} has {what}")
    return str(found[0]["taskToken"])
