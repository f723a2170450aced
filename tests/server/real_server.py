"""A server as an operator runs it: its own processes on a free port. Tests wait for its answers."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 50.0
ROOT = Path(__file__).parents[2]
SERVE = (sys.executable, "-m", "statemachine", "serve")


def free_port() -> int:
    """A port on which no program listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait until the condition gives a true value, and return that value."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain: {what}")


class RealServer:
    """A server process on a data directory. `command` starts it. It may end before it is ready."""

    def __init__(self, data: Path, *command: str, environment: Mapping[str, str] | None = None, **process: Any) -> None:
        """`process` is given to Popen."""
        self.data = data
        self.port = free_port()
        self.log = data.parent / f"{data.name}.{self.port}.log"
        settings = {"STATEMACHINE_PORT": str(self.port), "STATEMACHINE_DATA": str(data)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command or SERVE,
                cwd=ROOT,
                env={**os.environ, **settings, **(environment or {})},
                stdout=log,
                stderr=log,
                **process,
            )

    @property
    def text(self) -> str:
        """The text that it has written so far."""
        return self.log.read_text()

    @property
    def worker(self) -> int:
        """The pid of the process that runs the executions, gunicorn's worker."""
        return int((self.data / "interpreter.lock").read_text())

    def ready(self) -> RealServer:
        """Wait until the server is ready, and return it."""
        until(self._is_ready, f"ready: {self.text}")
        return self

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.text
        with suppress(OSError, http.client.HTTPException):
            return self.request("GET", "/health/ready")[0] == 200
        return False

    def request(
        self, method: str, target: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a request; the status and the JSON of the response."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def aws(self, action: str, **members: Any) -> Any:
        """Call an AWS action and assert that it succeeds."""
        status, answer = self.request("POST", "/", json.dumps(members), target(action))
        assert status == 200, answer
        return answer

    def send(self, head: str, body: bytes = b"") -> socket.socket:
        """Send the lines of a request. The caller reads the response from the socket."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        return connection

    def poll(self, activity_arn: str) -> socket.socket:
        """Send GetActivityTask and return when the server holds the request."""
        body = json.dumps({"activityArn": activity_arn}).encode()
        named = target("GetActivityTask") | {"Host": "localhost", "Content-Length": str(len(body))}
        head = "\n".join(["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())])
        connection = self.send(head, body)
        for _ in range(3):  # when these are answered, the server has read the first request
            self.aws("ListActivities")
        return connection

    def ended(self, arn: str) -> Any:
        """Wait until the execution has ended, and describe it."""

        def ended() -> Any:
            described = self.aws("DescribeExecution", executionArn=arn)
            return described if described["status"] != "RUNNING" else None

        return until(ended, f"{arn} ends")

    def kill(self) -> None:
        """kill -9 both processes."""
        with suppress(OSError, ValueError):
            os.kill(self.worker, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """Send SIGTERM; the exit status."""
        return self.stop(signal.SIGTERM)

    def stop(self, number: signal.Signals) -> int:
        """Send a signal to the master; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


def target(action: str) -> dict[str, str]:
    """The headers of an AWS action."""
    return {"X-Amz-Target": f"AWSStepFunctions.{action}", "Content-Type": "application/x-amz-json-1.0"}


@contextmanager
def serving(data: Path, *command: str, environment: Mapping[str, str] | None = None) -> Iterator[RealServer]:
    """A server that is ready. It is killed at the end."""
    server = RealServer(data, *command, environment=environment)
    try:
        yield server.ready()
    finally:
        if server.process.poll() is None:
            server.kill()
