"""The first hour with the command line, as a newcomer has it: on a terminal, with the mistakes that one makes."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.server import real_server
from tests.server.real_server import ROOT, RealServer, free_port, serving
from tests.store.fast_directory import fast_directory

STATEMACHINE = (sys.executable, "-m", "statemachine")
ORDER = (
    str(ROOT / "definitions" / "order.json"),
    *("--input", f"@{ROOT}/definitions/inputs/order.json", "--functions", f"{ROOT}/definitions/functions.py"),
)
_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A command on a pseudo-terminal."""

    def __init__(self, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*STATEMACHINE, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120", **(environment or {})},
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""

    def until(self, text: str) -> str:
        """Read until the text has come; all that has come, without the control sequences."""
        while text not in self.shown:
            assert self._read(), f"it ended without {text!r}: {self.shown}"
        return self.shown

    def ended(self) -> int:
        """Read to the end. The exit status."""
        while self._read():
            pass
        os.close(self._master)
        return self.process.wait(60)

    @property
    def shown(self) -> str:
        return _SEQUENCE.sub("", self.raw).replace("\r", "")

    def _read(self) -> bool:
        try:
            found = os.read(self._master, 65_536)
        except OSError:  # the other end is closed
            return False
        self.raw += found.decode(errors="replace")
        return bool(found)


def piped(*arguments: str, folder: Path, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*STATEMACHINE, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def test_the_first_run_on_a_terminal(tmp_path: Path) -> None:
    run = Terminal("run", *ORDER, folder=tmp_path)
    assert run.ended() == 0
    shown = run.shown
    assert "Charge attempt 1 of 4 failed: BankBusy: try again; again in 1.0 s" in shown
    assert "PriceLines[1] › PriceLine" in shown
    assert "s left" in shown, "the wait counts down"
    assert "Traceback" not in shown.partition("[charge_card]")[0]
    assert "/tasks/functions/" not in shown, "no frame of ours"
    assert re.search(r"✓ SUCCEEDED in \d\.\d+ s \(not kept; --data DIR keeps it\)\n$", shown)
    assert "\x1b[32m" in run.raw


def test_a_map_has_a_bar(tmp_path: Path) -> None:
    iteration = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}}
    each = {"Type": "Map", "ItemsPath": "$.l", "MaxConcurrency": 20, "ItemProcessor": iteration, "End": True}
    (tmp_path / "m.json").write_text(json.dumps({"StartAt": "M", "States": {"M": each}}))
    run = Terminal("run", "m.json", "--input", json.dumps({"l": [1] * 40}), folder=tmp_path)
    assert run.ended() == 0
    assert re.search(r"M .*20/40", run.shown)


def test_without_colours(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}')
    run = Terminal("run", "p.json", folder=tmp_path, environment={"NO_COLOR": "1"})
    assert run.ended() == 0
    assert not re.search(r"\x1b\[[0-9;]*m", run.raw)


def test_in_a_pipe_there_are_plain_lines_and_clean_json(tmp_path: Path) -> None:
    run = piped("run", *ORDER, folder=tmp_path)
    assert run.returncode == 0
    assert json.loads(run.stdout)["paid"] == 5670
    assert "\x1b" not in run.stdout + run.stderr
    as_json = piped("run", "--json", *ORDER, folder=tmp_path)
    assert json.loads(as_json.stdout)["status"] == "SUCCEEDED"


PASS = '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}'
MISTAKES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "no comma": ('{\n  "StartAt": "P"\n  "States": {}\n}', ("run", "d"), "d:3:3: error INVALID_JSON_DESCRIPTION"),
    "YAML": ("StartAt: P\n", ("run", "d"), "d:1:1: error INVALID_JSON_DESCRIPTION This looks like YAML"),
    "a byte order mark": (f"\ufeff{PASS}", ("run", "d"), "begins with a byte order mark (BOM, U+FEFF)"),
    "no file": (PASS, ("run", "nothing.json"), "There is no file 'nothing.json'"),
    "a path for an input": (PASS, ("run", "d", "--input", "d"), "for the content of the file: --input @d"),
    "no such state": (
        '{"StartAt": "X", "States": {"P": {"Type": "Pass", "End": true}}}',
        ("run", "d"),
        "d:1:2: error MISSING_TRANSITION_TARGET Missing 'Next' target: X (at /StartAt)",
    ),
    "no server": (PASS, ("list", "--server", "http://127.0.0.1:9"), "start it with `statemachine serve`"),
    "https": (PASS, ("list", "--server", "https://127.0.0.1:9"), "cannot be reached"),
    "no function module": (PASS, ("run", "d", "--functions", "f.py"), "Unable to import module 'f.py'"),
}


@pytest.mark.parametrize(("content", "arguments", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(
    tmp_path: Path, content: str, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "d").write_text(content, encoding="utf-8")
    refused = piped(*arguments, folder=tmp_path)
    assert refused.returncode == 2
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr
    assert all(line.startswith("statemachine: ") for line in refused.stderr.splitlines())


def test_an_import_error_is_one_block_with_the_frames_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "d").write_text(PASS)
    (tmp_path / "f.py").write_text("import nosuchmodule\n")
    refused = piped("run", "d", "--functions", "f.py", folder=tmp_path)
    assert refused.returncode == 2
    assert [line.removeprefix("statemachine: ") for line in refused.stderr.splitlines()] == [
        "Unable to import module 'f.py': ModuleNotFoundError: No module named 'nosuchmodule'",
        f'  File "{tmp_path}/f.py", line 1, in <module>',
        "    import nosuchmodule",
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with fast_directory() as directory, serving(Path(directory) / "data") as running:
        body = {"name": "wait", "definition": json.loads(WAIT)}
        assert running.request("POST", "/api/v1/state-machines", json.dumps(body))[0] == 201
        yield running


WAIT = '{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}}'


def test_a_pending_execution(server: RealServer, tmp_path: Path) -> None:
    body = json.dumps({"name": "later", "startAt": "2099-01-01T00:00:00Z"})
    assert server.request("POST", "/api/v1/state-machines/wait/executions", body)[0] == 201
    url = {"STATEMACHINE_SERVER": f"http://127.0.0.1:{server.port}"}
    for name in ("wait/later", "wait:later"):
        shown = piped("show", name, folder=tmp_path, **url).stdout
        assert "PENDING" in shown
        assert "2099-01-01" in shown
        assert "1970" not in shown
    listed = piped("list", folder=tmp_path, **url).stdout.splitlines()
    assert listed[0].split() == ["STATUS", "STARTED", "DURATION", "EXECUTION"]
    assert any(line.startswith("PENDING") for line in listed)


def test_watch_tells_that_the_server_is_away_and_goes_on_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fast_directory() as directory:
        data = Path(directory) / "data"
        with serving(data) as running:
            body = {"name": "wait", "definition": json.loads(WAIT)}
            running.request("POST", "/api/v1/state-machines", json.dumps(body))
            running.request("POST", "/api/v1/state-machines/wait/executions", '{"name": "e"}')
            url = f"http://127.0.0.1:{running.port}"
            watch = Terminal("watch", "wait/e", "--server", url, folder=tmp_path)
            watch.until("W (Wait)")
            monkeypatch.setattr(real_server, "free_port", lambda: running.port)
        watch.until("cannot be reached")
        with serving(data) as again:
            again.request("POST", "/api/v1/executions/wait/e/stop", "{}")
            assert watch.ended() != 0
        assert "ABORTED" in watch.shown


def test_a_port_that_is_taken_is_one_line_with_its_holder(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        refused = piped("serve", "--port", str(port), "--data", "d", folder=tmp_path)
    assert refused.returncode == 1
    (told,) = [line for line in refused.stderr.splitlines() if "is taken" in line]
    assert f"process {os.getpid()}" in told
    assert "--port" in told


def test_control_c_says_what_is_open(tmp_path: Path) -> None:
    serve = Terminal("serve", "--port", str(free_port()), "--data", "d", folder=tmp_path)
    shown = serve.until("ready ")
    assert "url=" in shown.splitlines()[0]
    os.killpg(serve.process.pid, signal.SIGINT)
    assert serve.ended() == 0
    assert "stopped" in serve.shown.splitlines()[-1]
