"""Log lines: their events, their form, and the values that they never show."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from statemachine import logs
from statemachine.engine import commits, execution_log, loop
from statemachine.engine.execution_log import ExecutionLog
from statemachine.host import NotDurable
from statemachine.logs import LogFormat, configure_logs, flush_logs, log_printed
from statemachine.store.interface import StoreFull
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import Failed, Succeeded
from statemachine.testing import in_memory_server
from tests.engine.definitions import PASS, machine, task, wait
from tests.store.unreliable_store import UnreliableStore

Written = Callable[[], list[bytes]]
SECRET = "4111 1111 1111 1111"


@pytest.fixture
def written(capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Callable[[], list[bytes]]]:
    """A function that gives the lines on standard error since its last call."""

    def lines() -> list[bytes]:
        flush_logs()
        return capfdbinary.readouterr().err.splitlines()

    yield lines
    structlog.reset_defaults()
    logging.basicConfig(handlers=[], force=True)
    logs._Installed.writer = None


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EventDict]]:
    """The captured log lines of the engine. Earlier configurations of structlog are reset."""
    structlog.reset_defaults()
    for module in (commits, execution_log, loop):
        monkeypatch.setattr(module, "log", structlog.get_logger())
    with capture_logs() as lines:
        yield lines


def executions(logged: list[EventDict]) -> list[dict[str, Any]]:
    """The lines about executions and tasks."""
    return [dict(line) for line in logged if line["event"].startswith(("execution", "task"))]


async def test_an_execution_leaves_a_line_when_it_starts_and_one_when_it_ends(logged: list[EventDict]) -> None:
    async with in_memory_server(observers=[ExecutionLog()]) as server:
        machine_arn = await server.create(wait(3), "m")
        await server.start(machine_arn, name="e")
        assert [line["event"] for line in executions(logged)] == ["execution started"]
        await server.advance(3)
    assert executions(logged) == [
        {"event": "execution started", "execution": "m:e", "log_level": "info"},
        {"event": "execution ended", "execution": "m:e", "status": "SUCCEEDED", "seconds": 3.0, "log_level": "info"},
    ]


async def test_a_failed_attempt_is_named_by_state_number_and_error(logged: list[EventDict]) -> None:
    retry = [{"ErrorEquals": ["Broken"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    async with in_memory_server(observers=[ExecutionLog()]) as server:
        await server.start(await server.create(task(TimeoutSeconds=9, Retry=retry)), name="e")
        server.tasks.answer(await server.task(0), Failed("Broken", SECRET))
        await server.settle()
        await server.advance(1)
        await server.task(1)
        await server.advance(9)
    told = {"execution": "m:e", "state": "T", "log_level": "info"}
    assert executions(logged)[1:] == [
        {**told, "event": "task failed", "attempt": 1, "error": "Broken", "seconds": 0.0},
        {**told, "event": "task timed out", "attempt": 2, "error": "States.Timeout", "seconds": 9.0},
        {
            "event": "execution ended",
            "execution": "m:e",
            "status": "FAILED",
            "seconds": 10.0,
            "error": "States.Timeout",
            "log_level": "info",
        },
    ]


@pytest.mark.parametrize("outcome", [Succeeded(f'"{SECRET}"'), Failed("Broken", SECRET)])
async def test_payloads_and_causes_are_never_logged(logged: list[EventDict], outcome: Any) -> None:
    async with in_memory_server(observers=[ExecutionLog()]) as server:
        arn = await server.start(await server.create(task()), input=json.dumps(SECRET))
        server.tasks.answer(await server.task(), outcome)
        await server.ended(arn)
        await server.settle()
        fail = machine(F={"Type": "Fail", "Error": "Broken", "Cause": SECRET})
        await server.ended(await server.start(await server.create(fail, "failing")))
        await server.settle()
    assert [line["event"] for line in executions(logged)].count("execution ended") == 2
    assert SECRET not in str(logged)


async def test_a_rolled_back_group_is_not_logged(logged: list[EventDict], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "RETRY_SECONDS", 0.0)
    store = UnreliableStore()
    async with in_memory_server(store, observers=[ExecutionLog()]) as server:
        machine_arn = await server.create(PASS)
        store.fail(StoreFull("disk full"))
        with pytest.raises(NotDurable):
            await server.start(machine_arn)
        assert executions(logged) == []
        store.recover()
        await server.until(lambda: server.engine.ready)
    events = [line["event"] for line in logged]
    assert (events.count("commit failed"), events.count("commits again")) == (1, 1)


async def test_a_recovery_is_logged_if_executions_are_open(logged: list[EventDict]) -> None:
    store = MemoryStore()
    async with in_memory_server(store) as server:
        assert logged == []
        await server.start(await server.create(wait(3)))
    async with in_memory_server(store):
        ((event, executions),) = [(line["event"], line["executions"]) for line in logged]
        assert (event, executions) == ("open executions recovered", 1)


def test_json_is_one_object_a_line(written: Written) -> None:
    configure_logs(format="json")
    log = structlog.get_logger()
    log.info("first", text="a\nb\x1b[31m", number=1.5, other=ValueError("no JSON"))
    try:
        raise ValueError("why")
    except ValueError as error:
        log.error("second", exc_info=error)
    first, second = (json.loads(line) for line in written())
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "first",
        "level": "info",
        "text": "a\nb\x1b[31m",
        "number": 1.5,
        "other": "ValueError('no JSON')",
    }
    assert second["exception"].endswith("ValueError: why")


def test_text_sends_no_control_sequence(written: Written) -> None:
    configure_logs(format="console")
    structlog.get_logger().info("told", error="a\nb\x1b[31m")
    (line,) = written()
    assert b"\x1b" not in line
    assert line.endswith(b"error='a\\nb\\x1b[31m'")


def test_json_sends_no_control_sequence_and_keeps_its_values(written: Written) -> None:
    configure_logs(format="json")
    text = "\x1b[31m\x7f\x9b\u202e\ufeff\n\tä🙂"
    structlog.get_logger().info("told", error=text)
    log_printed("f", text)
    for line, member in zip(written(), ("error", "text"), strict=True):
        assert json.loads(line)[member] == text
        assert not [one for one in line.decode() if not one.isprintable()]


def test_a_traceback_shows_no_values(written: Written) -> None:
    configure_logs(format="console")
    payload = SECRET
    try:
        raise ValueError(len(payload))
    except ValueError as error:
        structlog.get_logger().error("defect", exc_info=error)
    lines = written()
    assert lines[-1] == b"ValueError: 19"
    assert not any(SECRET.encode() in line for line in lines)


@pytest.mark.parametrize(("level", "told"), [("debug", 3), ("info", 2), ("error", 1), ("critical", 0)])
def test_the_level(written: Written, level: str, told: int) -> None:
    configure_logs(level, "json")
    log = structlog.get_logger()
    log.debug("a")
    log.info("b")
    log.error("c")
    assert len(written()) == told


def test_without_a_terminal_the_lines_are_json(written: Written) -> None:
    configure_logs()
    structlog.get_logger().info("told")
    (line,) = written()
    assert json.loads(line)["event"] == "told"


def test_lines_of_libraries_have_the_same_form(written: Written) -> None:
    configure_logs(format="json")
    logging.getLogger("other.library").warning("%s is odd", "this")
    logging.getLogger("other.library").info("never told")
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("asyncio").exception("lost")
    first, second = (json.loads(line) for line in written())
    assert (first["event"], first["level"], first["logger"], first["message"]) == (
        "library", "warning", "other.library", "this is odd",
    )  # fmt: skip
    assert (second["level"], second["message"]) == ("error", "lost")
    assert second["exception"].endswith("ValueError: why")


def test_what_functions_print_has_the_form_of_the_log(written: Written) -> None:
    configure_logs("error", "console")
    log_printed("charge", "a line")
    log_printed("", "while it is imported \udcff")
    assert written() == [b"[charge] a line", b"while it is imported \\udcff"]
    configure_logs("error", "json")
    log_printed("charge", "a line")
    (line,) = written()
    told = json.loads(line)
    assert (told["event"], told["function"], told["text"]) == ("printed", "charge", "a line")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a full device")
@pytest.mark.parametrize("format", ["json", "console"])
def test_a_full_disk_loses_lines_and_stops_no_work(format: LogFormat) -> None:
    program = (
        f"import structlog; from statemachine.logs import configure_logs; configure_logs(format={format!r})\n"
        "for _ in range(5000): structlog.get_logger().error('lost')\n"
        "print('went on')"
    )
    with open("/dev/full", "wb") as full:
        ran = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False)
    assert ran.stdout == b"went on\n"


@pytest.mark.parametrize(
    ("format", "lines"),
    [
        ("console", [b"[charge] a line", b"while it is imported \\udcff"]),
        ("json", [{"function": "charge", "text": "a line"}, {"function": "", "text": "while it is imported"}]),
    ],
)
def test_a_line_of_a_function_has_the_form_of_the_log(written: Written, format: LogFormat, lines: list[Any]) -> None:
    configure_logs(format=format)
    log_printed("charge", "a line")
    log_printed("", "while it is imported" + (" \udcff" if format == "console" else ""))
    found = written()
    if format == "console":
        assert found == lines
        return
    for line, expected in zip(map(json.loads, found), lines, strict=True):
        assert line.pop("timestamp")
        assert line == {"level": "info", "event": "printed", **expected}
