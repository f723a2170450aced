"""`statemachine run`: output on standard output, what happens on standard error, the outcome as exit status."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from statemachine.cli.local import SkippingClock
from statemachine.cli.main import main
from statemachine.engine import commits as engine_commits
from statemachine.store.interface import StoreDamaged, StoreFull
from statemachine.store.locks import INTERPRETER, DirectoryLock
from statemachine.store.sqlite import SqliteStore
from statemachine.times.timestamps import iso_time
from tests.engine.definitions import ACTIVITY, CALLBACK, FAIL, LOOP, PASS, machine, mapped, task, wait
from tests.processes.waiting import PATIENCE_SECONDS, alive, until
from tests.store.fast_directory import fast_directory

FUNCTIONS = """
def work(event, context):
    if event == "bad":
        raise ValueError("no good")
    return {"did": event}
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for definitions and stores."""
    with fast_directory() as directory:
        yield Path(directory)


def run(folder: Path, definition: Any, *options: str, name: str = "flow") -> Result:
    """What the command does with a definition."""
    file = folder / f"{name}.json"
    file.write_text(definition if isinstance(definition, str) else json.dumps(definition))
    return CliRunner().invoke(main, ["run", str(file), *options])


def functions(folder: Path) -> tuple[str, str]:
    (folder / "own.py").write_text(FUNCTIONS)
    return "--functions", str(folder / "own.py")


def test_success(folder: Path) -> None:
    result = run(folder, PASS, "--input", '{"a": [1, "ä"]}')
    assert result.exit_code == 0
    assert result.stdout == '{\n  "a": [\n    1,\n    "ä"\n  ]\n}\n'
    *lines, end = result.stderr.splitlines()
    assert [line.split(" s  ")[1] for line in lines] == ["→ P (Pass)", "✓ P"]
    assert re.fullmatch(r"✓ SUCCEEDED in [0-9.]+ s \(not kept; --data DIR keeps it\)", end)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_shell_commands_too(folder: Path, number: signal.Signals) -> None:
    written = folder / "pid"
    (folder / "flow.json").write_text(json.dumps(task("shell:long")))
    script = f'["/bin/sh", "-c", "echo $$ > {written}; exec /bin/sleep 600"]'
    (folder / "own.toml").write_text(f"[shell.long]\nargv = {script}\ntimeout = 600\n")
    command = [sys.executable, "-m", "statemachine", "run", "flow.json", "--config", "own.toml"]
    handler = signal.signal(number, signal.SIG_DFL)  # a process inherits a signal that is ignored
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    signal.signal(number, handler)
    with process as running:
        try:
            asyncio.run(until(lambda: written.exists() and written.read_text() != ""))
            shell = int(written.read_text())
            running.send_signal(number)
            assert running.wait(PATIENCE_SECONDS) == -number
            assert not alive(shell)
        finally:
            running.kill()
            for pid in filter(alive, map(int, written.read_text().split())):
                os.kill(pid, signal.SIGKILL)


def test_an_interrupt_ends_the_run(folder: Path) -> None:
    (folder / "flow.json").write_text(json.dumps(wait(600)))
    command = [sys.executable, "-m", "statemachine", "run", "flow.json"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert "W" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        assert running.stderr.readlines()[-1] == "statemachine: interrupted\n"
        assert running.wait(PATIENCE_SECONDS) == 130


def test_the_input_may_be_a_file(folder: Path) -> None:
    (folder / "input.json").write_text("[1]")
    assert json.loads(run(folder, PASS, "--input", f"@{folder / 'input.json'}").stdout) == [1]
    assert json.loads(run(folder, PASS).stdout) == {}


def test_failure(folder: Path) -> None:
    result = run(folder, FAIL)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search(r"✗ FAILED after [0-9.]+ s: Broken: on purpose \(", result.stderr.splitlines()[-1])


def test_time_out(folder: Path) -> None:
    result = run(folder, {**wait(3600), "TimeoutSeconds": 60}, "--skip-waits")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith("✗ TIMED_OUT after ")


@pytest.mark.parametrize(
    ("definition", "options", "told"),
    [
        ('{"StartAt":', (), "flow.json:1:12: error INVALID_JSON_DESCRIPTION Unexpected end-of-input"),
        ('{"StartAt": NaN}', (), "flow.json:1:13: error INVALID_JSON_DESCRIPTION Non-standard token 'NaN'\n"),
        (machine(P={"Type": "Pass", "Next": "Q"}), (), "MISSING_TRANSITION_TARGET"),
        (PASS, ("--input", "{"), "--input:1:2: not JSON: Unexpected end-of-input"),
        (PASS, ("--input", "NaN"), "--input:1:1: not JSON: Non-standard token 'NaN'\n"),
        (PASS, ("--input", ""), "--input:1:1: not JSON: "),
        (PASS, ("--input", "@missing.json"), "There is no file 'missing.json'"),
        (PASS, ("--data", "/proc/nowhere"), "/proc/nowhere"),
        (PASS, ("--speed", "2"), "No such option"),
    ],
)  # fmt: skip
def test_what_cannot_begin_is_refused(folder: Path, definition: Any, options: tuple[str, ...], told: str) -> None:
    result = run(folder, definition, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_functions_that_cannot_be_loaded_are_refused(folder: Path) -> None:
    (folder / "own.py").write_text("import no_such_module")
    for source in ("own.py", "missing.py"):
        result = run(folder, PASS, "--functions", str(folder / source))
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"statemachine: Unable to import module '{folder / source}': ")
        frames = result.stderr.splitlines()[1:]
        assert all(source in line for line in frames if "File" in line), frames


def test_settings_that_make_no_sense(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCOUNT_ID", "me")
    result = run(folder, PASS)
    assert result.exit_code == 2
    assert result.stderr.startswith("statemachine: AWS_ACCOUNT_ID: expected text")


def test_a_definition_must_be_utf_8_text(folder: Path) -> None:
    (folder / "flow.json").write_bytes(b"\xff\xfe")
    result = CliRunner().invoke(main, ["run", str(folder / "flow.json")])
    assert result.exit_code == 2
    assert "is not UTF-8 text (byte 0)" in result.stderr


@pytest.mark.parametrize("name", ["my flow (v2)", "flow.asl", "ä", "x" * 100])
def test_any_file_name_will_do(folder: Path, name: str) -> None:
    assert run(folder, PASS, name=name).exit_code == 0


@pytest.mark.parametrize("seconds", [2, 599, 3_600, 31_536_000])
def test_waits_can_be_skipped(folder: Path, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's clock stands still here: only a skipped wait can end."""
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    result = run(folder, mapped(wait(seconds)), "--skip-waits", "--input", "[1,2]")
    assert json.loads(result.stdout) == [1, 2]
    times = [float(line.split()[0]) for line in result.stderr.splitlines()[:-1]]
    assert (times[0], times[-1]) == (0, seconds)


def test_no_wait_is_skipped_unless_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skipped: list[float] = []
    monkeypatch.setattr(SkippingClock, "skip_to", lambda _, timestamp: skipped.append(timestamp))
    timestamp = iso_time(time.time() + 0.3)
    assert run(folder, machine(W={"Type": "Wait", "Timestamp": timestamp, "End": True})).exit_code == 0
    assert skipped == []


def test_functions(folder: Path) -> None:
    result = run(folder, task(), "--input", "[1]", *functions(folder))
    assert json.loads(result.stdout) == {"did": [1]}
    failed = run(folder, task(), "--input", '"bad"', *functions(folder))
    assert failed.exit_code == 1
    assert re.search(r"✗ FAILED after [0-9.]+ s: ValueError \(", failed.stderr.splitlines()[-1])
    assert "✗ T failed: ValueError: no good" in failed.stderr


def test_a_retry_of_a_function_is_skipped_to(folder: Path) -> None:
    retried = task(Retry=[{"ErrorEquals": ["ValueError"], "IntervalSeconds": 5_000, "MaxAttempts": 2}])
    result = run(folder, retried, "--input", '"bad"', "--skip-waits", *functions(folder))
    assert result.exit_code == 1
    first = "! T attempt 1 of 3 failed: ValueError: no good; again in 5000.0 s"
    for told in (first, "T attempt 2 of 3 failed", "✗ T failed: ValueError"):
        assert result.stderr.count(told) == 1


@pytest.mark.parametrize("options", [(), ("--skip-waits",)])
def test_a_callback_that_cannot_be_sent_is_not_waited_for(folder: Path, options: tuple[str, ...]) -> None:
    result = run(folder, CALLBACK, *functions(folder), *options)
    assert result.exit_code == 2
    assert "waits for a worker or a callback, and `run` has neither" in result.stderr


def test_a_callback_with_a_time_out_is(folder: Path) -> None:
    timed = json.loads(json.dumps(CALLBACK))
    timed["States"]["C"]["TimeoutSeconds"] = 3_600
    result = run(folder, timed, *functions(folder), "--skip-waits")
    assert result.exit_code == 1
    assert re.search(r"✗ FAILED after .*: States.Timeout \(", result.stderr.splitlines()[-1])


def test_an_endless_loop_ends_with_its_history(folder: Path) -> None:
    result = run(folder, LOOP)
    assert result.exit_code == 1
    assert re.search(r"✗ FAILED after [0-9.]+ s: States.Runtime", result.stderr)


def test_a_store_keeps_the_execution(folder: Path) -> None:
    data = folder / "data"
    assert run(folder, PASS, "--data", str(data)).exit_code == 0
    # The same JSON value is no new revision.
    assert run(folder, json.dumps(PASS, indent=5, sort_keys=True), "--data", str(data)).exit_code == 0
    assert run(folder, FAIL, "--data", str(data)).exit_code == 1
    store = SqliteStore(data / "statemachine.db")
    try:
        assert len(store.scan("l/flow/")) == 3
        assert len(store.scan("m/rev/flow/")) == 2
    finally:
        store.close()
    assert data.stat().st_mode & 0o777 == 0o700


def test_a_store_in_use_is_refused(folder: Path) -> None:
    held = DirectoryLock(folder, INTERPRETER)
    held.acquire(0)
    try:
        result = run(folder, PASS, "--data", str(folder))
        assert result.exit_code == 2
        assert f"{folder} is in use by process" in result.stderr
    finally:
        held.release()


def test_without_a_store_nothing_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("STATEMACHINE_DATA", str(folder / "data"))
    run(folder, PASS)
    assert [path.name for path in folder.iterdir()] == ["flow.json"]


@pytest.mark.parametrize(
    ("error", "told"),
    [(StoreFull("disk full"), "cannot be written: disk full"), (StoreDamaged("torn page"), "cannot be written: torn")],
)
def test_a_store_that_refuses_at_the_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def refuse(*_: Any) -> None:
        raise error

    monkeypatch.setattr(SqliteStore, "commit", refuse)
    result = run(folder, PASS, "--data", str(folder / "data"))
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_store_that_is_lost_in_the_middle_ends_the_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_commits, "RETRY_SECONDS", 0.0)
    commit, commits = SqliteStore.commit, []

    def lose(self: SqliteStore, *group: Any) -> None:
        commits.append(group)
        if len(commits) > 2:
            raise StoreDamaged("torn page")
        commit(self, *group)

    monkeypatch.setattr(SqliteStore, "commit", lose)
    result = run(folder, wait(60), "--skip-waits", "--data", str(folder / "data"))
    assert result.exit_code == 2
    assert "cannot be trusted any more: torn page" in result.stderr


def test_an_activity_that_nobody_serves(folder: Path) -> None:
    result = run(folder, task(ACTIVITY))
    assert result.exit_code == 1
    assert "does not exist" in result.stderr


def test_json_is_one_object_and_nothing_else(folder: Path) -> None:
    result = run(folder, PASS, "--json")
    assert result.stderr == ""
    assert json.loads(result.stdout).keys() == {"machine", "name", "status", "seconds", "output"}
    failed = run(folder, FAIL, "--json")
    assert (failed.exit_code, failed.stderr) == (1, "")
    assert json.loads(failed.stdout)["error"] == "Broken"


def test_the_same_definition_is_no_new_revision(folder: Path) -> None:
    data = folder / "data"
    for text in (json.dumps(PASS), json.dumps(PASS, indent=2)):
        assert run(folder, text, "--data", str(data)).exit_code == 0
    store = SqliteStore(data / "statemachine.db")
    try:
        assert len(store.scan("m/rev/flow/")) == 1
    finally:
        store.close()
