"""`show --logs`: what functions have printed, from a server that was killed in between; and the server's own log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statemachine.cli.logs import log_lines
from statemachine.cli.main import main
from tests.engine.definitions import machine
from tests.server.real_server import RealServer, serving
from tests.store.fast_directory import fast_directory

FUNCTIONS = """
import logging
log = logging.getLogger()
log.setLevel("INFO")
def greet(event):
    print("by print")
    log.info("by logging")
    raise ValueError("not today")
"""
DEFINITION = machine(
    T={
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:greet",
        "Retry": [{"ErrorEquals": ["ValueError"], "MaxAttempts": 1, "IntervalSeconds": 1}],
        "End": True,
    }
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The settings of a server with a function that prints and fails."""
    (tmp_path / "t_greet.py").write_text(FUNCTIONS)
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "greet.json").write_text(json.dumps(DEFINITION))
    return {
        "STATEMACHINE_DEFINITIONS": str(tmp_path / "definitions"),
        "STATEMACHINE_FUNCTIONS": str(tmp_path / "t_greet.py"),
        "STATEMACHINE_LOG_FORMAT": "json",
    }


def call(server: RealServer, *arguments: str) -> str:
    url = f"http://127.0.0.1:{server.port}"
    return CliRunner().invoke(main, [*arguments, "--server", url], catch_exceptions=False).stdout


def test_logs_of_both_attempts_outlive_the_server(environment: dict[str, str]) -> None:
    with fast_directory() as directory:
        with serving(Path(directory) / "data", environment=environment) as server:
            call(server, "start", "greet", "--name", "e")
            call(server, "watch", "greet/e")
            server.kill()
            lines = [json.loads(line) for line in server.text.splitlines()]
            printed = [(line["function"], line["text"]) for line in lines if line["event"] == "printed"]
            assert printed.count(("greet", "by print")) == 2
        with serving(Path(directory) / "data", environment=environment) as server:
            first, second = json.loads(call(server, "show", "greet/e", "--logs", "--json"))["logs"]
            shown = call(server, "show", "greet/e", "--logs")
            assert "log of T, attempt 1, until " in shown
            assert "  by print\n" in shown
            assert "log of" not in call(server, "show", "greet/e")
    assert (first["state"], first["attempt"], second["attempt"]) == ("T", 1, 2)
    texts = second["text"].splitlines()
    assert texts[0] == "by print"
    assert (texts[1].split("\t")[0], texts[1].split("\t")[-1]) == ("[INFO]", "by logging")
    assert texts[2] == "Traceback (most recent call last):"
    assert texts[-1] == "ValueError: not today"


def test_lines_of_a_log_have_no_effect_on_the_terminal() -> None:
    log = {
        "state": "T\x1b",
        "scope": "/00001",
        "attempt": 1,
        "timestamp": "now",
        "text": "é\t1\x1b[2J\n\u202e2\n",
        "cutBytes": 7,
    }
    assert list(log_lines(log)) == [
        "log of T\\u001b in /00001, attempt 1, until now:",
        "  … 7 bytes before this are not kept",
        "  é\t1\\u001b[2J",
        "  \\u202e2",
    ]
