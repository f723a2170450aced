"""`statemachine worker`: work on the tasks of an activity with a program."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen, TimeoutExpired
from types import FrameType
from typing import Any

import click

from statemachine.cli.refusals import tell
from statemachine.cli.server_client import JsonObject, Problem, ServerClient, ServerUnavailable
from statemachine.cli.server_url import server_option
from statemachine.json_text import JsonError, dump, parse
from statemachine.query.limits import PAYLOAD_BYTES_MAX

HEARTBEAT_SECONDS = 0.5
"""How often the server is told that the program still runs: the shortest HeartbeatSeconds is 1."""
AGAIN_SECONDS = 1.0
"""The pause after a server that was away."""
CAUSE_CHARACTERS = 4_096
"""How much of the end of the program's standard error becomes the cause of a failure."""


@click.command()
@click.argument("activity")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--name", help="The name of this worker, which the history shows.")
@click.option("--once", is_flag=True, help="End after one task.")
@server_option
def worker(activity: str, command: tuple[str, ...], name: str | None, once: bool, url: str) -> None:
    """Work on the tasks of an activity with a program.

    `statemachine worker approval -- ./decide --fast` works on the tasks of the activity `approval`.

    For each task the COMMAND gets the input on standard input. Its standard output is the output: JSON, or else text.
    If its exit status is not 0, the task fails with Worker.ExitStatus, and the end of its standard error is the cause.
    SIGTERM and Ctrl-C end the worker after the current task.
    """
    server = ServerClient(url)
    stop = _Stop()
    while not stop.wanted:
        try:
            task = server.post("activities", activity, "tasks", body={} if name is None else {"workerName": name})
        except ServerUnavailable as error:
            tell(error.message)
            time.sleep(AGAIN_SECONDS)
            continue
        if not task:
            continue
        with stop.after_this():
            _work_on(server, task, command)
        if once:
            return


class _Stop:
    """A signal ends the worker at once while it polls, and after the task while it works on one."""

    def __init__(self) -> None:
        self.wanted = False
        self._working = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    @contextmanager
    def after_this(self) -> Iterator[None]:
        self._working = True
        try:
            yield
        finally:
            self._working = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.wanted = True
        if not self._working:
            raise SystemExit(0)


def _work_on(server: ServerClient, task: JsonObject, command: tuple[str, ...]) -> None:
    token = task["taskToken"]
    try:
        process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True)
    except OSError as error:
        _report(server, token, "failure", {"error": "Worker.CannotStart", "cause": f"{command[0]}: {error.strerror}"})
        return
    given: bytes | None = dump(task["input"]).encode()
    while True:
        try:
            output, errors = process.communicate(given, HEARTBEAT_SECONDS)
            break
        except TimeoutExpired:
            given = None
            if not _report(server, token, "heartbeat", {}):
                os.killpg(process.pid, signal.SIGKILL)
    sys.stderr.buffer.write(errors)
    sys.stderr.flush()
    if process.returncode == 0 and len(output) > PAYLOAD_BYTES_MAX:
        cause = f"The output has {len(output)} bytes; at most {PAYLOAD_BYTES_MAX} are taken"
        _report(server, token, "failure", {"error": "States.DataLimitExceeded", "cause": cause})
    elif process.returncode == 0:
        _report(server, token, "success", {"output": _value(output.decode(errors="replace"))})
    else:
        cause = errors.decode(errors="replace")[-CAUSE_CHARACTERS:].strip() or f"exit status {process.returncode}"
        _report(server, token, "failure", {"error": "Worker.ExitStatus", "cause": cause})


def _report(server: ServerClient, token: str, what: str, body: JsonObject) -> bool:
    """Report a result or a heartbeat, again until the server can be reached. False if the task has ended meanwhile."""
    while True:
        try:
            server.post("tasks", token, what, body=body)
        except ServerUnavailable as error:
            tell(error.message)
            time.sleep(AGAIN_SECONDS)
        except Problem as error:
            tell(f"{what} is not taken: {error.message}")
            return False
        else:
            return True


def _value(text: str) -> Any:
    """The JSON value of the text, else the text."""
    try:
        return parse(text)
    except JsonError:
        return text
