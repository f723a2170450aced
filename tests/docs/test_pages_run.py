"""The examples on the other pages run as they are typed, in the order in which they stand."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks, here, shell
from tests.server.real_server import RealServer, serving, until
from tests.store.fast_directory import fast_directory

SHELL_COMMAND, RUNS, SERVE, APPROVAL, DECISION, JOBS = blocks("docs/definitions.md", "sh")
LOCAL, CLIENT, SCRIPT = blocks("docs/commands.md", "sh")
IN_MEMORY, AGAINST_A_SERVER = blocks("docs/testing.md", "python")
(SETTINGS,) = blocks("docs/settings.md", "toml")

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")


@contextmanager
def served(line: str) -> Iterator[RealServer]:
    """The server that a line of a page starts."""
    program, *arguments = shlex.split(line)
    assert program == "statemachine"
    with (
        fast_directory() as directory,
        serving(Path(directory) / "data", sys.executable, "-m", "statemachine", *arguments) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def definitions_server() -> Iterator[RealServer]:
    with served(SERVE) as server:
        yield server


def test_the_shell_command_counts_the_bytes_of_a_file() -> None:
    given = json.loads((ROOT / "definitions" / "inputs" / "count.json").read_text())
    assert json.loads(shell(SHELL_COMMAND)) == {"counted": str(Path(given["file"]).stat().st_size)}


@pytest.mark.parametrize("line", RUNS.splitlines())
def test_an_example_runs_without_a_server(line: str) -> None:
    assert json.loads(shell(line))


@needs_curl
def test_a_person_decides_through_an_activity(definitions_server: RealServer) -> None:
    assert shell(APPROVAL, definitions_server).splitlines()[-1] == "approval/first"
    printed = shell(DECISION, definitions_server)
    assert json.loads(printed.strip())["decision"] == {"approved": True}


@needs_curl
def test_jobs_are_registered_executed_and_shown(definitions_server: RealServer) -> None:
    shell(JOBS, definitions_server)

    def outputs() -> dict[str, object]:
        states = [definitions_server.request("GET", f"/jobs/{job}/state")[1] for job in ("nightly", "build")]
        return {state["jobId"]: state["output"] for state in states if state["status"] == "COMPLETED"}

    found = until(lambda: outputs() if len(outputs()) == 2 else None, "both jobs are completed")
    assert found["nightly"]["load"] == {"loaded": 3}
    assert found["build"]["c"] == ["a", "b"]


def test_the_commands_run() -> None:
    *without_a_server, serve = LOCAL.splitlines()
    for line in without_a_server:
        assert shell(line)
    with served(serve) as server:
        printed = shell(CLIENT, server)
        for line in ("order/first", "order/first SUCCEEDED", "countdown/long"):
            assert line in printed
        shell(SCRIPT, server)


def test_the_settings_of_the_page_are_served(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS)
    with served(f"statemachine serve --config {file}") as server:
        assert server.request("GET", "/health/ready")[0] == 200


def passes(test: str, folder: Path) -> None:
    """Run a file of tests by itself, from the folder of a clone."""
    file = folder / "test_example.py"
    file.write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(file)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout


def test_the_test_in_memory_passes(tmp_path: Path) -> None:
    passes(IN_MEMORY, tmp_path)


def test_the_test_against_a_server_passes(tmp_path: Path) -> None:
    pytest.importorskip("boto3")
    passes(here(AGAINST_A_SERVER), tmp_path)
