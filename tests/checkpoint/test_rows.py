"""Executions to rows and back: nothing is lost, large payloads are written once, ended ones leave no command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from statemachine.api.render import aws_json
from statemachine.checkpoint import keys
from statemachine.checkpoint.commands import CommandRow, command_keys, read_command
from statemachine.checkpoint.read import read_checkpoint, read_execution
from statemachine.checkpoint.write import INLINE_BYTES_MAX, GroupRows
from statemachine.core.model import Children, Execution, HistoryEvent, Scope
from statemachine.core.payload import Payload
from statemachine.core.waits import ChildrenWait, RetryWait, TaskWait, TimerWait, TurnWait, Wait
from statemachine.reads.headers import read_header_with_payloads
from statemachine.reads.history import read_history
from statemachine.service.executions.history_event import aws_history_event
from statemachine.store.interface import StoreDamaged
from statemachine.store.memory import MemoryStore
from statemachine.testing import FUNCTION, START, in_memory_server
from tests.engine.definitions import ACTIVITY, LOOP, PASS, mapped, task, wait

LARGE = '{ "text" : "' + "ä" * INLINE_BYTES_MAX + '" }'
SMALL = '{ "n" : 1.0 }'


def header(**members: Any) -> Execution:
    arn = "arn:aws:states:us-east-1:000000000000:execution:m:e"
    members.setdefault("input", Payload(text=SMALL))
    return Execution("m:e", arn, "e", arn, "m/1", "role", "seed", START, **members)


def scopes() -> list[Scope]:
    task_ = TaskWait("1.0", FUNCTION, Payload(text=LARGE), scheduled=START, timeout_at=START)
    forked = Scope(
        "", "Map", Payload(text=LARGE), children=Children(2, 40, 2, 1, Payload(text="[1,2]")), entries=1,
        variables={"v": Payload(text='"x"'), "w": Payload(text=LARGE)}, waiting=ChildrenWait("1.0"),
    )  # fmt: skip
    return [
        forked,
        Scope("/00000", "Work", Payload(text="1"), waiting=task_, entries=1, retries=2, attempts={"0": 2}),
        Scope("/00001", output=Payload(text="null"), failed=True, last_event=7),
    ]


def written(execution: Execution, lines: list[Scope], *chunks: list[HistoryEvent]) -> MemoryStore:
    store, rows = MemoryStore(), GroupRows()
    for scope in lines:
        rows.put_scope(execution, scope)
    for chunk in chunks:
        rows.put_history(execution, chunk)
    rows.put_header(execution, None)
    store.commit(rows.changed, rows.fresh, 0)
    return store


@pytest.mark.parametrize("text", [SMALL, LARGE])
def test_what_is_read_is_what_was_written(text: str) -> None:
    execution = header(input=Payload(text=text), output=Payload(text=text), deadline=START + 1, trace_header="t")
    checkpoint = read_checkpoint(written(execution, scopes()), "m:e")
    assert checkpoint is not None
    assert checkpoint.execution == execution
    assert list(checkpoint.scopes.values()) == scopes()


@pytest.mark.parametrize(
    ("wait", "row"),
    [
        (TimerWait("1.0", 5.0), {"type": "timer", "attempt": "1.0", "due": 5.0}),
        (RetryWait("1.1", 5.0), {"type": "retry", "attempt": "1.1", "due": 5.0}),
        (
            TaskWait("1.0", FUNCTION, Payload(text=SMALL), scheduled=3.0, timeout=2.0, timeout_at=5.0),
            {
                "type": "task", "attempt": "1.0", "resource": FUNCTION, "arguments": SMALL, "scheduled": 3.0,
                "timeout": 2.0, "timeout_at": 5.0,
            },
        ),
        (ChildrenWait("1.0"), {"type": "children", "attempt": "1.0"}),
        (TurnWait("1.0"), {"type": "turn", "attempt": "1.0"}),
    ],
)  # fmt: skip
def test_a_wait_is_stored_with_its_type(wait: Wait, row: dict[str, Any]) -> None:
    store = written(header(), [Scope("", "S", waiting=wait)])
    assert msgspec.json.decode(store.scan("e/m:e/scope")[0][1])["waiting"] == row
    checkpoint = read_checkpoint(store, "m:e")
    assert checkpoint is not None
    assert checkpoint.scopes[""].waiting == wait


def test_what_is_not_there_is_none() -> None:
    assert read_execution(MemoryStore(), "m:e") is None
    assert read_checkpoint(MemoryStore(), "m:e") is None
    assert read_history(MemoryStore(), "m:e", 1, 100) == []


def test_a_large_payload_stands_once_wherever_it_flows() -> None:
    payload = Payload(text=LARGE)
    events = [
        HistoryEvent(1, 0, 1, "ExecutionStarted", "", {"input": payload}),
        HistoryEvent(2, 1, 1, "PassStateExited", "", {"name": "P", "output": payload}),
    ]
    store = written(header(input=payload, output=payload), [Scope("", "P", payload)], events)
    rows = store.scan("e/")
    assert sum(LARGE.encode() in row for _, row in rows) == 1
    assert sum(len(row) for _, row in rows) < 2 * len(LARGE.encode())


def test_a_small_payload_stands_where_it_is_used() -> None:
    store = written(header(), [Scope("", "P", Payload(text=SMALL))])
    assert [key for key, _ in store.scan("e/")] == ["e/m:e/head", "e/m:e/scope"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 30])
def test_a_history_is_read_over_any_chunks_from_anywhere(size: int) -> None:
    events = [HistoryEvent(id, id - 1, id, "PassStateExited", "", None) for id in range(1, 21)]
    store = written(header(), [], *(events[at : at + size] for at in range(0, 20, size)))
    for first in range(1, 22):
        for last in range(first, 23):
            assert [event.id for event in read_history(store, "m:e", first, last)] == [*range(first, min(last, 20) + 1)]


def test_payloads_in_a_history_are_texts_again() -> None:
    details = {
        "name": "P",
        "output": Payload(text=LARGE),
        "assignedVariables": {"v": Payload(text=LARGE), "w": Payload(1)},
    }
    store = written(header(), [], [HistoryEvent(1, 0, 1000, "PassStateExited", "", details)])
    (event,) = read_history(store, "m:e", 1, 1)
    assert msgspec.json.decode(aws_json(aws_history_event(event)))["stateExitedEventDetails"] == {
        "name": "P",
        "output": LARGE,
        "outputDetails": {"truncated": False},
        "assignedVariables": {"v": LARGE, "w": "1"},
        "assignedVariablesDetails": {"truncated": False},
    }


@pytest.mark.parametrize("read", [read_execution, read_checkpoint, read_header_with_payloads])
def test_a_payload_without_its_row_is_damage(read: Callable[[MemoryStore, str], object]) -> None:
    store = written(header(input=Payload(text=LARGE)), [])
    store.commit({keys.data("m:e", 1): None}, {}, 0)
    with pytest.raises(StoreDamaged, match="payload 1 of m:e is missing"):
        read(store, "m:e")


def test_a_command_is_read_as_it_was_written() -> None:
    rows = GroupRows()
    rows.put("c/x", CommandRow("m:e", "/00001", "1.0"))
    assert rows.changed == {"c/x": b'["m:e","/00001","1.0"]'}
    assert read_command(b'["m:e","/00001","1.0"]') == CommandRow("m:e", "/00001", "1.0")


def test_a_history_chunk_is_never_written_over() -> None:
    """Two interpreters that both went on from one point could not both write."""
    rows = GroupRows()
    rows.put_history(header(), [HistoryEvent(1, 0, 1, "ExecutionStarted", "", None)])
    assert list(rows.fresh) == [keys.history("m:e", 1)]
    assert rows.changed == {}


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        (None, []),
        (ChildrenWait("1.0"), []),
        (TurnWait("1.0"), [keys.turn("m:e", "/00001")]),
        (TimerWait("1.0", 5.0), [keys.timer(5.0, "m:e", "/00001")]),
        (RetryWait("1.0", 5.0), [keys.timer(5.0, "m:e", "/00001")]),
        (TaskWait("1.0", FUNCTION, Payload(text="{}")), [keys.task("m:e", "/00001")]),
        (
            TaskWait("1.0", FUNCTION, Payload(text="{}"), timeout_at=9.0, heartbeat_at=7.0),
            [keys.timer(7.0, "m:e", "/00001"), keys.task("m:e", "/00001")],
        ),
        (
            TaskWait("1.0", ACTIVITY, Payload(text="{}"), scheduled=3.0),
            [keys.activity_task("work", 3.0, "m:e", "/00001")],
        ),
        (TaskWait("1.0", FUNCTION, Payload(text="{}"), submitted=True), [keys.callback("m:e", "/00001")]),
        (
            TaskWait("1.0", FUNCTION, Payload(text="{}"), submitted=True, timeout_at=9.0),
            [keys.timer(9.0, "m:e", "/00001"), keys.callback("m:e", "/00001")],
        ),
    ],
)
def test_a_wait_stands_under_what_it_waits_for(waiting: Wait | None, expected: list[str]) -> None:
    assert command_keys(header(), Scope("/00001", waiting=waiting)) == expected


@pytest.mark.parametrize(
    ("definition", "input"), [(PASS, "{}"), (LOOP, '{"stop": 1}'), (mapped(wait(1)), "[1, 2]"), (mapped(PASS), "[]")]
)
async def test_an_execution_that_succeeded_leaves_its_header_history_and_tallies(definition: Any, input: str) -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create({**definition, "TimeoutSeconds": 60}), input, "e")
        await server.advance(1)
        assert (await server.ended(arn))["status"] == "SUCCEEDED"
        left = {key.split("/")[2] for key, _ in server.store.scan("e/m:e/")}
        assert left == {"head", "hist", "tallies"}
        assert server.store.scan("c/") == []
        assert [key.split("/")[1] for key, _ in server.store.scan("s/")] == ["SUCCEEDED"]


async def test_one_that_failed_keeps_its_lines_of_control_but_no_command() -> None:
    async with in_memory_server() as server:
        arn = await server.start(await server.create({**mapped(task()), "TimeoutSeconds": 60}), "[1, 2]", "e")
        await server.task(1)
        await server.ask("StopExecution", execution_arn=arn)
        checkpoint = read_checkpoint(server.store, "m:e")
        assert checkpoint is not None
        assert checkpoint.scopes
        assert server.store.scan("c/") == []
        assert [key.split("/")[1] for key, _ in server.store.scan("s/")] == ["ABORTED"]


def test_rows_are_json() -> None:
    store = written(header(), scopes(), [HistoryEvent(1, 0, 1, "ExecutionStarted", "", None)])
    for _, row in store.scan(""):
        msgspec.json.decode(row)
