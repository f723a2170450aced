"""The commands for a running server, against one: start, list, show, watch, history, stop."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from statemachine.cli.main import main
from tests.engine.definitions import ACTIVITY, FAIL, PASS, machine, mapped, task
from tests.server.real_server import ROOT, RealServer, free_port, serving
from tests.store.fast_directory import fast_directory

DEFINITIONS = {
    "pass": PASS,
    "fail": FAIL,
    "each": mapped(PASS),
    "act": task(ACTIVITY),
    "blink": machine(W={"Type": "Wait", "Seconds": 1, "Next": "P"}, P={"Type": "Pass", "End": True}),
}


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    """A server that has these state machines by its folder of definitions."""
    with fast_directory() as directory:
        folder = Path(directory) / "definitions"
        folder.mkdir()
        for name, definition in DEFINITIONS.items():
            (folder / f"{name}.json").write_text(json.dumps(definition))
        with serving(Path(directory) / "data", environment={"STATEMACHINE_DEFINITIONS": str(folder)}) as running:
            running.aws("CreateActivity", name="work")
            yield running


@pytest.fixture(autouse=True)
def _url(server: RealServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATEMACHINE_SERVER", f"http://127.0.0.1:{server.port}")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def documents(result: Result) -> list[Any]:
    """The JSON lines of an answer."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_start_tells_the_name_that_the_others_take() -> None:
    started = call("start", "pass", "--name", "named", "--input", '{"n": 1.50}')
    assert (started.exit_code, started.stdout) == (0, "pass/named\n")
    unnamed = call("start", "pass").stdout.strip()
    assert unnamed.startswith("pass/")
    assert call("watch", unnamed).exit_code == 0
    (answer,) = documents(call("start", "pass", "--json"))
    assert set(answer) == {"name", "executionArn", "startDate"}
    assert call("show", answer["executionArn"]).exit_code == 0


def test_the_input_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text('{"ä": [1]}')
    name = call("start", "pass", "--input", f"@{tmp_path}/input.json").stdout.strip()
    assert json.loads(call("watch", name).stdout) == {"ä": [1]}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("start", "nobody"), "statemachine: StateMachineDoesNotExist: "),
        (("start", "pass/e"), "'pass/e' is neither the name of a state machine nor its ARN"),
        (("start", "arn:aws:states:us-east-1:000000000000:execution:m:e"), "Invalid Arn: "),
        (("start", "pass", "--name", "a b"), "statemachine: InvalidName: Invalid Name: 'a b'"),
        (("start", "pass", "--input", "{"), "--input:1:2: not JSON: Unexpected end-of-input"),
        (("start", "pass", "--input", "@missing.json"), "There is no file 'missing.json'"),
        (("show", "pass/nobody"), "statemachine: ExecutionDoesNotExist: "),
        (("watch", "pass/nobody"), "statemachine: ExecutionDoesNotExist: "),
        (("history", "pass/nobody", "--json"), "statemachine: ExecutionDoesNotExist: "),
        (("stop", "pass/nobody"), "statemachine: ExecutionDoesNotExist: "),
        (("show", "pass"), "'pass' is neither MACHINE/NAME, such as order/first, nor an execution's ARN"),
        (("list", "--status", "tired"), "'tired' is not one of 'pending', 'running', 'succeeded'"),
        (("list", "--server", "localhost"), "statemachine: --server localhost: not a URL"),
        (("list", "--server", f"http://127.0.0.1:{free_port()}"), "cannot be reached: Connection refused"),
    ],
)
def test_what_is_refused_is_told(arguments: tuple[str, ...], told: str) -> None:
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_watch_shows_states_and_the_output() -> None:
    name = call("start", "blink", "--input", '{"a": 1}').stdout.strip()
    result = call("watch", name)
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"a": 1})
    *lines, end = result.stderr.splitlines()
    assert [line.split(" s  ")[1] for line in lines] == ["→ W (Wait)", "✓ W", "→ P (Pass)", "✓ P"]
    assert re.fullmatch(rf"✓ SUCCEEDED in [0-9.]+ s \(`statemachine show {name}` shows its states\)", end)


def test_watch_tells_the_outcome_by_its_exit_status() -> None:
    name = call("start", "fail").stdout.strip()
    result = call("watch", name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search(r"✗ FAILED after [0-9.]+ s: Broken: on purpose \(", result.stderr.splitlines()[-1])
    events = documents(call("watch", name, "--json"))
    assert [event["type"] for event in events[:-1]] == ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]
    assert events[-1]["status"] == "FAILED"


def test_show_is_a_tree_with_the_output() -> None:
    name = call("start", "each", "--input", "[1, 2]").stdout.strip()
    assert call("watch", name).exit_code == 0
    lines = call("show", name).stdout.splitlines()
    assert [re.sub(r"  [0-9.]+ s", "", line) for line in lines] == [
        f"✓ {name} SUCCEEDED",
        "└─ ✓ M (Map)  2 of 2 done",
        "   ├─ ✓ iteration 0",
        "   │  └─ ✓ P (Pass)",
        "   └─ ✓ iteration 1",
        "      └─ ✓ P (Pass)",
        "output: [1,2]",
    ]
    (shown,) = documents(call("show", name, "--json"))
    (state,) = shown["tree"]["children"]
    assert (state["type"], state["total"], len(state["children"])) == ("Map", 2, 2)


def test_a_watched_execution_is_stopped() -> None:
    name = call("start", "act").stdout.strip()
    assert "→ T (Task)" in call("show", name).stdout
    stopped = call("stop", name, "--error", "Enough", "--cause", "tired")
    assert stopped.exit_code == 0
    assert stopped.stdout.startswith(f"{name} ended at 2")
    result = call("watch", name)
    assert result.exit_code == 1
    assert re.search(r"✗ ABORTED after [0-9.]+ s: Enough: tired \(", result.stderr.splitlines()[-1])
    assert set(documents(call("stop", name, "--json"))[0]) == {"stopDate"}


def test_history_is_a_line_per_event() -> None:
    name = call("start", "pass").stdout.strip()
    assert call("watch", name).exit_code == 0
    lines = [line.split() for line in call("history", name).stdout.splitlines()]
    assert [(words[0], words[2], *words[4:]) for words in lines] == [
        ("1", "0", "ExecutionStarted"),
        ("2", "0", "PassStateEntered", "P"),
        ("3", "2", "PassStateExited", "P"),
        ("4", "3", "ExecutionSucceeded"),
    ]
    assert [event["id"] for event in documents(call("history", name, "--json"))] == [1, 2, 3, 4]


def test_list_filters_and_ends_where_it_is_told(server: RealServer) -> None:
    for number in range(3):
        assert call("start", "fail", "--name", f"listed-{number}").exit_code == 0
        server.ended(f"arn:aws:states:us-east-1:000000000000:execution:fail:listed-{number}")
    assert call("start", "act", "--name", "listed-3").exit_code == 0
    header, *rows = call("list", "--name-prefix", "listed-").stdout.splitlines()
    assert header.split() == ["STATUS", "STARTED", "DURATION", "EXECUTION"]
    names = [line.split()[-1] for line in rows]
    assert sorted(names) == ["act/listed-3", "fail/listed-0", "fail/listed-1", "fail/listed-2"]
    failed = documents(call("list", "--status", "failed", "--name-prefix", "listed-", "--json"))
    assert [execution["name"] for execution in failed] == ["listed-2", "listed-1", "listed-0"]
    assert len(call("list", "--machine", "fail", "--limit", "2").stdout.splitlines()) == 1 + 2
    assert documents(call("list", "--status", "running", "--machine", "act", "--machine", "fail", "--json"))[0][
        "name"
    ] == ("listed-3")


def test_an_empty_list_is_told_on_standard_error() -> None:
    result = call("list", "--machine", "nobody")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "statemachine: no execution matches\n")
    assert call("list", "--machine", "nobody", "--json").output == ""


def test_the_history_of_a_queued_execution_is_told_to_be_empty(server: RealServer) -> None:
    body = json.dumps({"name": "later", "startAt": "2100-01-01T00:00:00Z"})
    assert server.request("POST", "/api/v1/state-machines/pass/executions", body)[0] == 201
    result = call("history", "pass/later")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "statemachine: pass/later is PENDING and has no event yet\n"
    assert call("history", "pass/later", "--json").output == ""


def test_a_reader_that_has_seen_enough_is_no_mistake() -> None:
    name = call("start", "each", "--input", json.dumps(list(range(600)))).stdout.strip()
    assert call("watch", name).exit_code == 0
    command = [sys.executable, "-m", "statemachine", "history", name, "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"] == 1
        process.stdout.close()
        assert process.stderr.read() == b""


def test_an_execution_that_is_pending_is_shown_with_the_time_at_which_it_starts(server: RealServer) -> None:
    body = json.dumps({"name": "pending", "startAt": "2100-01-01T00:00:00Z"})
    assert server.request("POST", "/api/v1/state-machines/pass/executions", body)[0] == 201
    line = r"· pass/pending PENDING  .* s  starts at 2100-01-01T00:00:00.000Z, in [0-9]+ d [0-9]+ h\n"
    for form in ("pass/pending", "pass:pending", "arn:aws:states:us-east-1:000000000000:execution:pass:pending"):
        assert re.fullmatch(line, call("show", form).stdout)
    (shown,) = documents(call("show", "pass/pending", "--json"))
    assert (shown["tree"]["status"], shown["tree"]["startDate"]) == ("PENDING", shown["startDate"])
    assert call("stop", "pass/pending").exit_code == 0
    assert re.fullmatch(r"✗ pass/pending ABORTED  [0-9.]+ s\n", call("show", "pass/pending").stdout)


def test_the_port_of_the_settings_file_is_asked(
    server: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STATEMACHINE_SERVER")
    monkeypatch.chdir(tmp_path)
    Path("statemachine.toml").write_text(f"port = {server.port}")
    assert call("list").exit_code == 0


def test_the_path_of_the_api_may_be_in_the_url_and_tls_by_mistake_is_told(server: RealServer) -> None:
    assert call("list", "--server", f"http://127.0.0.1:{server.port}/api/v1/").exit_code == 0
    result = call("list", "--server", f"https://127.0.0.1:{server.port}")
    assert result.exit_code == 2
    assert f"a statemachine server speaks plain HTTP: --server http://127.0.0.1:{server.port}" in result.stderr


def test_a_path_without_its_at_sign_is_recognized(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text("{}")
    result = call("start", "pass", "--input", f"{tmp_path}/in.json")
    assert (result.exit_code, f"--input @{tmp_path}/in.json" in result.stderr) == (2, True)
    started = CliRunner().invoke(main, ["start", "pass", "--input", "-"], input="[7]").stdout.strip()
    assert json.loads(call("watch", started).stdout) == [7]


def test_the_whole_cause_is_shown_below_the_tree_and_no_line_of_it_looks_like_ours() -> None:
    name = call("start", "act").stdout.strip()
    assert call("stop", name, "--error", "E\x07", "--cause", "first\x1b[2J\nerror: FORGED").exit_code == 0
    assert call("show", name).stdout.splitlines()[-3:] == [
        "error: E\\u0007",
        "cause: first\\u001b[2J",
        "     │ error: FORGED",
    ]
