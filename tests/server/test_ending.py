"""The end of a server. On SIGTERM it answers its waiting clients. If it is killed, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from statemachine.testing import FUNCTION
from tests.engine.definitions import ACTIVITY, PASS, ROLE, machine, mapped, task, wait
from tests.processes.waiting import alive
from tests.server.real_server import SERVE, RealServer, serving, until

FUNCTIONS = '''
import os, pathlib

def flaky(event, context):
    """Fails once for each item, and tells which call it was."""
    mark = pathlib.Path(os.environ["MARKS"]) / str(event)
    with mark.open("a") as calls:
        calls.write(context.aws_request_id + "\\n")
    if len(mark.read_text().split()) < 2:
        raise OSError("not yet")
    return event * 2
'''


def create(server: RealServer, name: str, definition: Any) -> str:
    made = server.aws("CreateStateMachine", name=name, definition=json.dumps(definition), roleArn=ROLE)
    arn: str = made["stateMachineArn"]
    return arn


def history(server: RealServer, arn: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = server.aws("GetExecutionHistory", executionArn=arn, maxResults=1000)["events"]
    return events


def test_on_sigterm_it_ends_long_polls_and_exits_with_zero(folder: Path) -> None:
    with serving(folder / "data") as server:
        server.aws("CreateActivity", name="work")
        arn = server.aws("StartExecution", stateMachineArn=create(server, "m", wait(3600)))["executionArn"]
        polls = [server.poll(ACTIVITY) for _ in range(5)]
        assert server.terminate() == 0
        for poll in polls:
            with poll, poll.makefile("rb") as answer:
                text = answer.read()
            assert text.startswith(b"HTTP/1.1 200 ")
            assert text.endswith(b"\r\n\r\n{}")
    with serving(folder / "data") as server:
        assert server.aws("DescribeExecution", executionArn=arn)["status"] == "RUNNING"
        assert server.terminate() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_an_orderly_stop_ends_the_commands_that_run_and_the_restart_begins_them_again(
    number: signal.Signals, folder: Path
) -> None:
    script = f'["/bin/sh", "-c", "echo $$ >> {folder / "pids"}; exec /bin/sleep 600"]'
    (folder / "own.toml").write_text(f"[shell.long]\nargv = {script}\ntimeout = 600\n")
    command = (*SERVE, "--config", str(folder / "own.toml"))

    def begun(count: int) -> list[int]:
        file = folder / "pids"
        pids = [int(line) for line in file.read_text().split()] if file.exists() else []
        return pids if len(pids) == count else []

    try:
        for count in (1, 2):
            with serving(folder / "data", *command) as server:
                if count == 1:
                    server.aws("StartExecution", stateMachineArn=create(server, "m", task("shell:long")))
                pids = until(lambda count=count: begun(count), "the command runs")
                assert alive(pids[-1])
                assert server.stop(number) == 0
                assert not any(map(alive, pids))
    finally:
        for pid in filter(alive, begun(1) + begun(2)):
            os.kill(pid, signal.SIGKILL)


def test_after_a_kill_all_executions_go_on(folder: Path) -> None:
    """Running: a Wait, the delay of a Retry inside a Map, and an activity task that a worker has."""
    (folder / "own.py").write_text(FUNCTIONS)
    (folder / "marks").mkdir()
    command = (*SERVE, "--functions", str(folder / "own.py"))
    environment = {"MARKS": str(folder / "marks"), "STATEMACHINE_PASS_ENVIRONMENT": "MARKS"}
    flaky = task(FUNCTION.replace("work", "flaky"), Retry=[{"ErrorEquals": ["OSError"], "IntervalSeconds": 1}])
    held = machine(
        B={
            "Type": "Parallel",
            "Branches": [
                machine(A={"Type": "Task", "Resource": ACTIVITY, "End": True}),
                machine(W={"Type": "Wait", "Seconds": 2, "End": True}),
            ],
            "End": True,
        }
    )
    with serving(folder / "data", *command, environment=environment) as server:
        server.aws("CreateActivity", name="work")
        done = server.aws("StartExecution", stateMachineArn=create(server, "done", PASS))["executionArn"]
        map_arn = server.aws("StartExecution", stateMachineArn=create(server, "map", mapped(flaky)), input="[1,2,3]")
        held_arn = server.aws("StartExecution", stateMachineArn=create(server, "held", held))["executionArn"]
        token = server.aws("GetActivityTask", activityArn=ACTIVITY)["taskToken"]
        until(lambda: len(list((folder / "marks").iterdir())) == 3, "each item was tried")
        seen = {arn: history(server, arn) for arn in (done, map_arn["executionArn"], held_arn)}
        server.kill()
    with serving(folder / "data", *command, environment=environment) as server:
        server.aws("SendTaskHeartbeat", taskToken=token)
        server.aws("SendTaskSuccess", taskToken=token, output='"by hand"')
        assert json.loads(server.ended(held_arn)["output"]) == ["by hand", {}]
        assert json.loads(server.ended(map_arn["executionArn"])["output"]) == [2, 4, 6]
        assert server.aws("DescribeExecution", executionArn=done)["status"] == "SUCCEEDED"
        for arn, before in seen.items():
            after = history(server, arn)
            assert [event["id"] for event in after] == [*range(1, len(after) + 1)]
            assert after[: len(before)] == before
        types = [event["type"] for event in history(server, map_arn["executionArn"])]
        assert types.count("MapIterationStarted") == types.count("MapIterationSucceeded") == 3
        assert [event["type"] for event in history(server, held_arn)].count("ActivityStarted") == 1
    for mark in (folder / "marks").iterdir():
        keys = mark.read_text().split()
        assert len(set(keys)) == 2, "one key for each attempt, however often it was made"


def test_a_worker_that_was_killed_is_replaced(folder: Path) -> None:
    with serving(folder / "data") as server:
        arn = server.aws("StartExecution", stateMachineArn=create(server, "m", wait(1)))["executionArn"]
        first = server.worker
        os.kill(first, signal.SIGKILL)
        until(lambda: server.worker != first, "another worker")
        server.ready()
        assert server.ended(arn)["status"] == "SUCCEEDED"
        assert server.terminate() == 0


def test_a_master_that_was_killed_takes_its_worker_and_the_commands_with_it(folder: Path) -> None:
    script = f'["/bin/sh", "-c", "echo $$ > {folder / "pid"}; exec /bin/sleep 600"]'
    (folder / "own.toml").write_text(f"[shell.long]\nargv = {script}\ntimeout = 600\n")
    with serving(folder / "data", *SERVE, "--config", str(folder / "own.toml")) as server:
        server.aws("StartExecution", stateMachineArn=create(server, "m", task("shell:long")))
        pid = int(until(lambda: (folder / "pid").exists() and (folder / "pid").read_text(), "the command runs"))
        processes = (server.worker, pid)
        server.process.kill()
        server.process.wait()
        until(lambda: not any(map(alive, processes)), "worker and command have ended")
    with serving(folder / "data") as server:
        assert server.terminate() == 0


def test_an_orderly_stop_says_what_is_open_and_every_line_is_json(folder: Path) -> None:
    with serving(folder / "data") as server:
        server.aws("StartExecution", stateMachineArn=create(server, "m", wait(3600)))
        assert server.stop(signal.SIGINT) == 0
        lines = [json.loads(line) for line in server.text.splitlines()]
    assert (lines[0]["event"], lines[0]["url"]) == ("starting", f"http://127.0.0.1:{server.port}")
    assert lines[-1]["event"] == "stopped: the open executions continue at the next start"
    assert lines[-1]["executions"] == 1


def test_a_data_directory_that_is_taken_away_ends_the_server_by_name(folder: Path) -> None:
    with serving(folder / "data") as server:
        (folder / "data").rename(folder / "elsewhere")
        assert server.process.wait(50) == 3
        last = json.loads(server.text.splitlines()[-1])
    assert last["event"] == "cannot go on"
    assert f"{folder / 'data'}" in last["error"]


def test_a_terminal_that_is_closed_ends_the_server(folder: Path) -> None:
    terminal, slave = os.openpty()
    program = "import fcntl, os, sys, termios; fcntl.ioctl(int(sys.argv[1]), termios.TIOCSCTTY, 0); "
    program += "os.execv(sys.executable, [sys.executable, '-m', 'statemachine', 'serve'])"
    server = RealServer(
        folder / "data", sys.executable, "-c", program, str(slave), start_new_session=True, pass_fds=(slave,)
    )
    try:
        os.close(slave)
        server.ready()
        os.close(terminal)
        server.process.wait(50)
        assert '"stopped"' in server.text
        assert not (folder / "data" / "statemachine.db-wal").exists()
    finally:
        if server.process.poll() is None:
            server.kill()


def test_a_file_that_is_no_store_is_refused_and_not_changed(folder: Path) -> None:
    data = folder / "data"
    data.mkdir(mode=0o700)
    (data / "statemachine.db").write_bytes(b"no database" * 1000)
    server = RealServer(data)
    assert server.process.wait(50) == 3
    assert "statemachine.db" in server.text
    assert (data / "statemachine.db").read_bytes() == b"no database" * 1000
