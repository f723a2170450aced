"""Every line of the README's first execution runs, in the order in which it stands, and does what the README says.

The two blocks before it set up; CI runs them as they stand.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks, here, shell
from tests.server.real_server import RealServer, serving
from tests.store.fast_directory import fast_directory

SET_UP_AND_RUN, SET_UP_AND_TEST, SERVE, CURL, COMMAND_LINE = blocks("README.md", "sh")
(BOTO3,) = blocks("README.md", "python")


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    """The server of the README's own line, on a directory in which the README's run was kept before (`--data`)."""
    with fast_directory() as directory:
        data = Path(directory) / "data"
        _, _, command = SET_UP_AND_RUN.rpartition("&& ")
        assert json.loads(shell(f"{command.rstrip()} --data {data}"))
        with serving(data, *shlex.split(here(SERVE))) as running:
            yield running


def test_the_first_block_runs_an_order() -> None:
    _, _, command = SET_UP_AND_RUN.rpartition("&& ")
    assert json.loads(shell(command))


def test_the_second_block_runs_the_tests() -> None:
    assert SET_UP_AND_TEST.rstrip().endswith(".venv/bin/pytest -q")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl(server: RealServer) -> None:
    *_, registered, started, described, history = shell(CURL, server).splitlines()
    assert json.loads(registered)["name"] == "order"
    assert json.loads(started)["name"] == "first"
    assert json.loads(described)["status"] in ("RUNNING", "SUCCEEDED")
    assert json.loads(history)["events"][0]["type"] == "ExecutionStarted"
    arn = json.loads(started)["executionArn"]
    assert server.ended(arn)["status"] == "SUCCEEDED"


def test_boto3(server: RealServer) -> None:
    pytest.importorskip("boto3")
    ran = subprocess.run(
        [sys.executable, "-c", here(BOTO3, server)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() in ("RUNNING", "SUCCEEDED"), ran.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl, which starts the execution that is shown")
def test_the_command_line(server: RealServer) -> None:
    printed = shell(COMMAND_LINE, server)
    assert "SUCCEEDED" in printed
    assert "order/" in printed
