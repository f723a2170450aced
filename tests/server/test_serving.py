"""A real server on a real port: behaviour of sockets and processes."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.engine.definitions import ACTIVITY, PASS, ROLE, task
from tests.server.real_server import PATIENCE_SECONDS, RealServer, target, until

IGNORED = ("HUP", "TTIN", "TTOU", "USR2", "WINCH")


def test_both_apis_are_on_one_port(server: RealServer) -> None:
    assert server.request("GET", "/health/live") == (200, {"status": "live"})
    made = server.aws("CreateStateMachine", name="m", definition=json.dumps(PASS), roleArn=ROLE)
    assert server.request("GET", "/api/v1/state-machines/m")[1]["stateMachineArn"] == made["stateMachineArn"]
    started = server.aws("StartExecution", stateMachineArn=made["stateMachineArn"], input='{"n": 1}')
    assert server.ended(started["executionArn"])["output"] == '{"n": 1}'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"x" * (2 * 1024 * 1024), 413, "RequestEntityTooLargeException"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "SerializationException"),
        (b'{"name":"' + b"a" * 100_000 + b"\n", 400, "SerializationException"),
        (b"{", 400, "SerializationException"),
    ],
)
def test_bad_bodies_are_refused_and_the_process_goes_on(
    server: RealServer, body: bytes, status: int, code: str
) -> None:
    worker = server.worker
    answer = server.request("POST", "/", body, target("CreateActivity"))
    assert (answer[0], answer[1]["__type"]) == (status, code)
    assert server.aws("ListActivities")["activities"] is not None
    assert server.worker == worker


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("sync-127.0.0.1:1", 200), ("example.com", 403), ("localhost:x", 403)]
)
def test_only_loopback_names_are_served(server: RealServer, host: str, status: int) -> None:
    assert server.request("POST", "/", b"{}", {**target("ListActivities"), "Host": host})[0] == status


def test_a_body_without_a_length_is_read(server: RealServer) -> None:
    head = "POST / HTTP/1.1\nHost: localhost\nX-Amz-Target: AWSStepFunctions.ListActivities\nTransfer-Encoding: chunked"
    with server.send(head, b"2\r\n{}\r\n0\r\n\r\n") as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_data_that_is_no_http_is_refused(server: RealServer) -> None:
    with server.send("NONSENSE") as connection:
        assert b" 400 " in connection.recv(100)


def test_no_task_is_handed_to_a_dead_connection(server: RealServer) -> None:
    server.aws("CreateActivity", name="work")
    for _ in range(5):
        server.poll(ACTIVITY).close()
    made = server.aws("CreateStateMachine", name="act", definition=json.dumps(task(ACTIVITY)), roleArn=ROLE)
    arn = server.aws("StartExecution", stateMachineArn=made["stateMachineArn"], input='"given"')["executionArn"]
    given = server.aws("GetActivityTask", activityArn=ACTIVITY)
    assert given["input"] == '"given"'
    types = [event["type"] for event in server.aws("GetExecutionHistory", executionArn=arn)["events"]]
    assert types.count("ActivityStarted") == 1
    server.aws("SendTaskSuccess", taskToken=given["taskToken"], output="1")
    assert server.ended(arn)["status"] == "SUCCEEDED"


def test_signals_that_would_start_a_second_worker_are_ignored(server: RealServer) -> None:
    worker = server.worker
    for name in IGNORED:
        for pid in (worker, server.process.pid):  # a terminal that is closed sends SIGHUP to both
            os.kill(pid, getattr(signal, f"SIG{name}"))
    until(lambda: all(f"SIG{name}" in server.text for name in IGNORED), "the log tells of all signals")
    assert server.request("GET", "/health/ready")[0] == 200
    assert server.worker == worker
    assert server.process.poll() is None


def test_a_second_server_on_the_directory_is_refused(server: RealServer, contender: RealServer) -> None:
    assert contender.process.wait(PATIENCE_SECONDS) == 3
    assert f"{server.data} is in use by process {server.process.pid}" in contender.text
    assert server.request("GET", "/health/ready")[0] == 200
