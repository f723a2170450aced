"""The commands for state machines, activities, their tasks, and jobs, against a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from statemachine.cli.main import main
from tests.engine.definitions import ACTIVITY, PASS, task
from tests.server.real_server import ROOT, RealServer, serving, until
from tests.store.fast_directory import fast_directory

JOB = {"id": "nightly", "tasks": [{"id": "fetch", "functionName": "fetch"}]}


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with fast_directory() as directory, serving(Path(directory) / "data") as running:
        yield running


@pytest.fixture(autouse=True)
def _url(server: RealServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATEMACHINE_SERVER", f"http://127.0.0.1:{server.port}")


def call(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def written(folder: Path, value: Any) -> str:
    path = folder / "given.json"
    path.write_text(json.dumps(value))
    return str(path)


def test_state_machines(tmp_path: Path) -> None:
    file = written(tmp_path, PASS)
    created = call("machines", "create", "a", file)
    assert created.exit_code == 0
    assert created.stdout.startswith("a created, revision ")
    assert call("machines", "create", "a", file).exit_code == 0
    assert call("machines", "create", "a", written(tmp_path, task(ACTIVITY))).exit_code == 2
    assert "a\n" in call("machines", "list").stdout
    assert json.loads(call("machines", "show", "a").stdout) == PASS
    assert json.loads(call("machines", "show", "a", "--json").stdout)["name"] == "a"
    updated = call("machines", "update", "a", "-", given=json.dumps({**PASS, "Comment": "2"}))
    assert updated.exit_code == 0
    assert json.loads(call("machines", "show", "a").stdout)["Comment"] == "2"
    assert call("machines", "delete", "a").stdout == "a deleted\n"
    gone = call("machines", "show", "a")
    assert (gone.exit_code, gone.stderr[:42]) == (2, "statemachine: StateMachineDoesNotExist: St")


def test_a_name_that_is_not_registered_is_told_when_a_state_machine_is_created(tmp_path: Path) -> None:
    function = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
    created = call("machines", "create", "warned", written(tmp_path, task(function)))
    assert created.exit_code == 0
    assert created.stderr.startswith("warning: ")
    assert "nobody" in created.stderr


@pytest.mark.parametrize(("content", "told"), [("[]", "a JSON object is expected"), ("{", ":1:2: not JSON")])
def test_a_file_that_is_no_definition(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "f.json").write_text(content)
    refused = call("machines", "create", "b", str(tmp_path / "f.json"))
    assert refused.exit_code == 2
    assert told in refused.stderr


def test_activities() -> None:
    arn = call("activities", "create", "talk").stdout.strip()
    assert arn.endswith(":activity:talk")
    assert "talk\n" in call("activities", "list").stdout
    assert call("activities", "delete", "talk").stdout == "talk deleted\n"
    assert call("activities", "delete", "talk").exit_code == 2


def test_jobs(tmp_path: Path) -> None:
    assert call("jobs", "register", written(tmp_path, JOB)).stdout == "nightly registered\n"
    assert "nightly\n" in call("jobs", "list").stdout
    assert json.loads(call("jobs", "show", "nightly").stdout)["id"] == "nightly"
    assert call("jobs", "execute", "nightly", "--input", '{"n": 1}').exit_code == 0


def started(tmp_path: Path, given: str) -> str:
    """An execution of a state machine with one activity task."""
    call("activities", "create", "work")
    call("machines", "create", "act", written(tmp_path, task(ACTIVITY)))
    return call("start", "act", "--input", given).stdout.strip()


def worker(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "statemachine", "worker", "work", *arguments], cwd=ROOT, env=os.environ
    )


WORK = {
    "the input is the output": (("cat",), 0, {"n": 1}),
    "text is a string": (("echo", "done"), 0, "done\n"),
}


@pytest.mark.parametrize(("command", "status", "output"), WORK.values(), ids=WORK)
def test_a_worker_gives_the_output_of_its_program(
    tmp_path: Path, command: tuple[str, ...], status: int, output: Any
) -> None:
    execution = started(tmp_path, '{"n": 1}')
    assert "WORKER" in call("tasks").stdout
    assert worker("--once", "--name", "me", "--", *command).wait(60) == 0
    watched = call("watch", execution)
    assert watched.exit_code == status
    assert json.loads(watched.stdout) == output


def test_a_program_that_fails_fails_the_task(tmp_path: Path) -> None:
    execution = started(tmp_path, "{}")
    assert worker("--once", "--", "sh", "-c", "echo why >&2; exit 3").wait(60) == 0
    call("watch", execution)
    shown = json.loads(call("show", execution, "--json").stdout)
    assert (shown["error"], shown["cause"]) == ("Worker.ExitStatus", "why")


def test_an_output_that_is_too_large_fails_the_task(tmp_path: Path) -> None:
    execution = started(tmp_path, "{}")
    assert worker("--once", "--", "head", "-c", "400000", "/dev/zero").wait(60) == 0
    call("watch", execution)
    assert json.loads(call("show", execution, "--json").stdout)["error"] == "States.DataLimitExceeded"


def test_a_program_that_is_not_there_fails_the_task(tmp_path: Path) -> None:
    execution = started(tmp_path, "{}")
    assert worker("--once", "--", "/no/such/program").wait(60) == 0
    call("watch", execution)
    assert json.loads(call("show", execution, "--json").stdout)["error"] == "Worker.CannotStart"


def test_a_program_that_takes_longer_than_the_heartbeat_keeps_its_task(tmp_path: Path) -> None:
    call("activities", "create", "work")
    call("machines", "create", "beats", written(tmp_path, task(ACTIVITY, HeartbeatSeconds=1)))
    execution = call("start", "beats").stdout.strip()
    assert worker("--once", "--", "sh", "-c", "sleep 3; echo 1").wait(60) == 0
    assert json.loads(call("watch", execution).stdout) == 1


def test_a_signal_during_a_task_ends_the_worker_after_it(tmp_path: Path) -> None:
    execution = started(tmp_path, "{}")
    begun = tmp_path / "begun"
    running = worker("--", "sh", "-c", f"touch {begun}; sleep 2; echo 2")
    try:
        until(begun.exists, "the program runs")
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    finally:
        running.kill()
    assert json.loads(call("watch", execution).stdout) == 2


def test_an_option_that_the_worker_does_not_have_is_refused() -> None:
    refused = call("worker", "work", "--onse", "--", "cat")
    assert refused.exit_code == 2
    assert "No such option" in refused.stderr


def test_a_signal_ends_a_worker_that_polls(server: RealServer) -> None:
    call("activities", "create", "work")
    metrics = f"http://127.0.0.1:{server.port}/metrics"
    running = worker("--", "cat")
    try:
        until(lambda: b"statemachine_activity_polls 1.0" in urllib.request.urlopen(metrics).read(), "it polls")
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    finally:
        running.kill()


def test_an_answer_needs_one_result() -> None:
    for options in ((), ("--output", "1", "--error", "E")):
        refused = call("answer", "token", *options)
        assert refused.exit_code == 2
        assert "either --output, or --error and --cause" in refused.stderr


def test_an_answer_by_a_token(tmp_path: Path, server: RealServer) -> None:
    for options, status in ((("--output", "5"), "SUCCEEDED"), (("--error", "E", "--cause", "C"), "FAILED")):
        execution = started(tmp_path, "{}")
        arn = json.loads(call("show", execution, "--json").stdout)["executionArn"]
        activity = arn.replace(":execution:act:", ":activity:work:").rpartition(":")[0]
        token = server.aws("GetActivityTask", activityArn=activity)["taskToken"]
        assert call("answer", token, *options).exit_code == 0
        call("watch", execution)
        assert json.loads(call("show", execution, "--json").stdout)["status"] == status
    assert call("answer", "no-token", "--output", "1").exit_code == 2


@pytest.mark.parametrize("token", ["-H_Xi6", "--token", "-"])
def test_a_token_may_begin_with_a_dash(token: str) -> None:
    assert "InvalidToken" in call("answer", token, "--output", "1").stderr


def test_an_answer_to_an_execution(tmp_path: Path, server: RealServer) -> None:
    execution = started(tmp_path, '{"may": "I?"}')
    assert "no task that can be answered" in call("answer", execution).stderr
    nothing_yet = call("answer", execution, "--output", "1")
    assert (nothing_yet.exit_code, "no task that can be answered" in nothing_yet.stderr) == (2, True)
    arn = json.loads(call("show", execution, "--json").stdout)["executionArn"]
    activity = arn.replace(":execution:act:", ":activity:work:").rpartition(":")[0]
    token = server.aws("GetActivityTask", activityArn=activity)["taskToken"]
    asked = json.loads(call("answer", execution).stdout)
    assert (asked["input"], asked["taskToken"]) == ({"may": "I?"}, token)
    assert call("answer", execution, "--output", '"yes"').exit_code == 0
    assert json.loads(call("watch", execution).stdout) == "yes"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    assert "_STATEMACHINE_COMPLETE" in call("completion", shell).stdout
