"""What each command imports, exactly: rooms of the package, packages of pyproject.toml, costly standard modules.

Each command runs in a process of its own; the client commands ask a server that gives the same answer to every request.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from statemachine import DISTRIBUTION
from statemachine.cli.main import COMMANDS, main
from tests.cli.test_server_client import answering
from tests.engine.definitions import PASS

COSTLY = {"asyncio", "email", "http", "importlib.metadata", "logging", "multiprocessing", "sqlite3", "ssl", "tomllib"}
"""Standard modules that cost milliseconds."""

EVENTS = [
    {"id": 1, "previousEventId": 0, "type": "ExecutionStarted", "timestamp": "2024-01-01T00:00:00.000Z"},
    {"id": 2, "previousEventId": 1, "type": "ExecutionSucceeded", "timestamp": "2024-01-01T00:00:01.000Z"},
]
ANSWER = {
    "name": "e",
    "executionArn": "arn:aws:states:us-east-1:000000000000:execution:m:e",
    "startDate": "2024-01-01T00:00:00.000Z",
    "status": "SUCCEEDED",
    "output": 1,
    "stopDate": "2024-01-01T00:00:01.000Z",
    "executions": [
        {
            "executionArn": "arn:aws:states:us-east-1:000000000000:execution:m:e",
            "status": "SUCCEEDED",
            "startDate": "2024-01-01T00:00:00.000Z",
        }
    ],
    "events": EVENTS,
    "cursor": None,
    "stateMachines": [],
    "activities": [],
    "tasks": [],
    "jobs": [],
    "taskToken": "t",
    "input": {},
}
"""Has the members that every client command looks for."""

SCRIPT = """
import json, sys
before = set(sys.modules)
from statemachine.cli.main import main
try:
    main(sys.argv[2:])
except SystemExit as end:
    assert end.code == (2 if sys.argv[2:] == ["serve", "--host", "10.1.2.3"] else 0), end.code
with open(sys.argv[1], "w") as file:
    json.dump(sorted(set(sys.modules) - before), file)
"""


class Imports(NamedTuple):
    """What a command imports: rooms without `cli`, packages without click, costly modules."""

    rooms: set[str]
    packages: set[str]
    costly: set[str]


NOTHING = Imports(set(), set(), set())
SETTINGS = Imports({"config", "json_text", "safe_text"}, {"msgspec"}, {"tomllib"})
CLIENT = Imports(
    {"json_text", "safe_text"}, {"msgspec", "urllib3"}, {"email", "http", "importlib.metadata", "logging", "ssl"}
)  # fmt: skip
NAMED = CLIENT._replace(rooms=CLIENT.rooms | {"arn", "errors"})
INTERPRETER = Imports(
    {
        "arn", "checkpoint", "composition", "config", "core", "engine", "errors", "evaluators", "host", "jobs",
        "json_text", "jsonata_library", "logs", "processes", "query", "reads", "registry", "replay", "schema_files",
        "log_writer", "safe_text", "service", "store", "tasks", "times", "validation",
    },
    {
        "jsonata", "jsonatapy", "jsonpath_ng", "jsonschema", "msgspec", "rich", "sqlitedict", "structlog", "tenacity",
        "urllib3",
    },
    {"asyncio", "email", "http", "importlib.metadata", "logging", "sqlite3", "ssl", "tomllib"},
)  # fmt: skip
SERVER = INTERPRETER._replace(
    rooms=INTERPRETER.rooms | {"api", "app", "background", "metrics", "server"},
    packages=INTERPRETER.packages | {"falcon", "gunicorn", "prometheus_client"},
)

COMMAND_LINES: dict[str, tuple[str, Imports]] = {
    "the version": ("--version", Imports(set(), set(), {"email", "importlib.metadata"})),
    "the help": ("--help", NOTHING),
    "start": ("start m", NAMED),
    "list": ("list", NAMED),
    "history": ("history m/e", NAMED._replace(rooms=NAMED.rooms | {"replay"})),
    "stop": ("stop m/e", NAMED),
    "show": ("show m/e", NAMED._replace(rooms=NAMED.rooms | {"core", "replay", "times"})),
    "watch": ("watch m/e", NAMED._replace(rooms=NAMED.rooms | {"core", "replay"})),
    "config": ("config", SETTINGS),
    "machines": ("machines list", NAMED),
    "activities": ("activities list", CLIENT),
    "tasks": ("tasks", CLIENT),
    "answer": ("answer t --output 1", NAMED),
    "worker": ("worker a --once -- true", CLIENT._replace(rooms=CLIENT.rooms | {"query"})),
    "jobs": ("jobs list", CLIENT),
    "completion": ("completion bash", NOTHING),
    "validate": (
        "validate pass.json",
        Imports(
            {
                *("core", "errors", "json_text", "jsonata_library", "query", "safe_text", "schema_files", "times"),
                "validation",
            },
            {"jsonata", "jsonatapy", "jsonpath_ng", "jsonschema", "msgspec"},
            {"logging"},
        ),
    ),
    "run": ("run pass.json", INTERPRETER),
    "the help of run": ("run --help", SETTINGS),
    "the help of serve": ("serve --help", SETTINGS),
    "serve": ("serve --host 10.1.2.3", SERVER),
}
"""Command lines with what they import. `serve` refuses an address that others can reach before it serves."""


@cache
def dependencies() -> frozenset[str]:
    """The packages that this one depends on, by the names under which Python imports them."""
    needed = {normal(line) for line in requires(DISTRIBUTION) or () if "extra ==" not in line}
    found = packages_distributions().items()
    return frozenset(name for name, distributions in found if needed.intersection(map(normal, distributions)))


def normal(requirement: str) -> str:
    """The name of a distribution in the form in which two spellings of it are equal."""
    name = re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(arguments: str, folder: Path) -> set[str]:
    """The names of the modules that a command line imports."""
    (folder / "pass.json").write_text(json.dumps(PASS))
    names = folder / "modules.json"
    with answering(200, json.dumps(ANSWER).encode()) as (url, _):
        environment = {**os.environ, "STATEMACHINE_SERVER": url}
        command = [sys.executable, "-c", SCRIPT, str(names), *arguments.split()]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return set(json.loads(names.read_text()))


@pytest.mark.parametrize(("arguments", "expected"), COMMAND_LINES.values(), ids=COMMAND_LINES)
def test_a_command_imports_what_it_needs(arguments: str, expected: Imports, tmp_path: Path) -> None:
    modules = imported(arguments, tmp_path)
    roots = {name.partition(".")[0] for name in modules}
    rooms = {name.split(".")[1] for name in modules if name.startswith("statemachine.")}
    found = Imports(rooms - {"cli"}, roots & dependencies() - {"click"}, modules & COSTLY)
    # A dependency may be for other platforms than this one.
    assert found == expected._replace(packages=expected.packages & dependencies())
    files = {name for name in COMMANDS if f"statemachine.cli.{name}" in modules}
    assert files == {arguments.split(maxsplit=1)[0]} & set(COMMANDS)


def test_every_command_is_looked_at() -> None:
    assert {arguments.split(maxsplit=1)[0] for arguments, _ in COMMAND_LINES.values()} == {
        *COMMANDS,
        "--version",
        "--help",
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    assert main.commands[name].get_short_help_str(limit=1000) == COMMANDS[name]


def test_the_help_names_every_command_in_order() -> None:
    lines = CliRunner().invoke(main, ["--help"]).output.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in lines if line[2] != " "] == sorted(COMMANDS)


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["wacth"])
    assert result.exit_code == 2
    assert "No such command 'wacth'" in result.stderr
