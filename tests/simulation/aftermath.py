"""What a run has left on disk: nothing open, nothing missing, and the same ending as without faults.

Reads the store alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from statemachine.checkpoint import keys
from statemachine.checkpoint.commands import command_keys
from statemachine.checkpoint.read import read_checkpoint, read_execution
from statemachine.core.ids import machine_of
from statemachine.core.model import UNENDED, HistoryEvent
from statemachine.core.tally import Tally, counted
from statemachine.json_text import load
from statemachine.reads.history import read_history
from statemachine.store.interface import Store
from tests.simulation.histories import FORKS, check_history
from tests.simulation.scenario import Scenario
from tests.simulation.task_logs import check_logs
from tests.simulation.witness import promise


@dataclass(frozen=True)
class Ending:
    """How an execution ended. `lines` are the events of each scope, by type and state name."""

    status: str
    error: str | None
    output: str | None
    lines: dict[str, list[str]]

    @property
    def forks_failed(self) -> bool:
        """Did a Map or Parallel fail, if only for once? (How far its children got then depends on who was faster.)"""
        events = [event for line in self.lines.values() for event in line]
        return any(events.count(f"{fork}StateStarted") > events.count(f"{fork}StateSucceeded") for fork in FORKS)


def check_commands(store: Store) -> None:
    """The command rows are those of the scopes that wait, no more and no fewer."""
    found = {key: load(row) for key, row in store.scan("c/")}
    expected = {}
    for _, row in store.scan(keys.by_status_prefix("PENDING")):
        execution = read_execution(store, load(row))
        assert execution is not None
        if execution.start_at is not None:
            expected[keys.delayed_start(execution.start_at, execution.id)] = [execution.id, keys.DELAYED_START, ""]
    for key, row in store.scan(keys.by_status_prefix("RUNNING")):
        id = load(row)
        checkpoint = read_checkpoint(store, id)
        promise(checkpoint is not None, f"{key} is listed, but there is no such execution")
        assert checkpoint is not None
        if checkpoint.execution.deadline is not None:
            expected[keys.deadline(checkpoint.execution.deadline, id)] = [id, keys.DEADLINE, ""]
        for path, scope in checkpoint.scopes.items():
            for command in command_keys(checkpoint.execution, scope):
                expected[command] = [id, path, scope.attempt]
    promise(found == expected, f"commands on disk {found}, but the scopes wait for {expected}")


def check_end(store: Store, scenario: Scenario) -> dict[str, Ending]:
    """All executions have ended as they should: gives how."""
    promise(not store.scan(keys.UNSURVIVED), "an execution that survived its step is still counted")
    promise(not store.scan("c/"), f"commands are left: {[key for key, _ in store.scan('c/')]}")
    return {
        start.id: _check_execution(store, scenario, start.id, start.revision, start.input) for start in scenario.starts
    }


def compare(expected: dict[str, Ending], found: dict[str, Ending]) -> None:
    """A calm scenario ends with faults as it does without."""
    for id, wanted in expected.items():
        got = found[id]
        promise(got.status == wanted.status, f"{id} is {got.status}, without faults {wanted.status} {wanted.error}")
        promise(got.output == wanted.output, f"{id} gave {got.output}, without faults {wanted.output}")
        for path in [""] if wanted.forks_failed else wanted.lines:
            line = got.lines.get(path)
            promise(line == wanted.lines[path], f"{id}{path} did {line}, without faults {wanted.lines[path]}")
        if not wanted.forks_failed:
            promise(got.lines.keys() == wanted.lines.keys(), f"{id} has other scopes than without faults")
            promise(got.error == wanted.error, f"{id} failed with {got.error}, without faults {wanted.error}")


def _check_execution(store: Store, scenario: Scenario, id: str, revision: str, input: str) -> Ending:
    checkpoint = read_checkpoint(store, id)
    promise(checkpoint is not None, f"{id} was started, but is not there")
    assert checkpoint is not None
    execution = checkpoint.execution
    promise(execution.input.text == input, f"{id} has another input than it was given")
    promise(execution.status not in UNENDED, f"{id} has not ended")
    promise(not (execution.status == "SUCCEEDED" and checkpoint.scopes), f"{id} succeeded, but has scopes left")
    waiting = [path for path, scope in checkpoint.scopes.items() if scope.waiting is not None]
    promise(not waiting, f"{id} has ended, but scopes wait: {waiting}")
    _check_lists(store, id)
    events = read_history(store, id, 1, execution.events + 1)
    promise(len(events) == execution.events, f"{id} should have {execution.events} events, but has {len(events)}")
    check_history(id, events, scenario.revisions[revision].definition, execution.status)
    _check_tallies(id, events, checkpoint.tallies)
    check_logs(store, id, events)
    output = None if execution.output is None else execution.output.text
    promise((events[-1].details or {}).get("output") == output, f"{id} ended with another output than its history says")
    lines: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if event.type != "TaskSubmitted":  # the answer may come before the call has returned
            lines[event.scope].append(_shown(event))
    return Ending(execution.status, execution.error, output, dict(lines))


def _check_tallies(id: str, events: list[HistoryEvent], tallies: Mapping[str, Tally]) -> None:
    """The numbers of the states are those that the history gives."""
    entered: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for event in events:
        if event.type.endswith("StateEntered"):
            entered[(event.details or {})["name"]] += 1
        numbers[counted(event.type) or ""] += 1
    found = {name: tally.entered for name, tally in tallies.items()}
    promise(found == entered, f"{id}: tallies say {found} were entered, the history {entered}")
    for number in ("attempts", "failures", "iterations", "succeeded", "failed", "aborted"):
        total = sum(getattr(tally, number) for tally in tallies.values())
        promise(total == numbers[number], f"{id}: tallies say {total} {number}, the history {numbers[number]}")
    promise(all(tally.running >= 0 for tally in tallies.values()), f"{id}: a state was left more often than entered")
    if events[-1].type == "ExecutionSucceeded":
        running = {name: tally.running for name, tally in tallies.items() if tally.running}
        promise(not running, f"{id} succeeded, but by its tallies runs in {running}")


def _check_lists(store: Store, id: str) -> None:
    execution = read_execution(store, id)
    assert execution is not None
    machine = machine_of(id)
    row = store.get(keys.listed(machine, execution.started, id))
    promise(row is not None and load(row)["status"] == execution.status, f"{id} is not listed as it is")
    for status in ("PENDING", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"):
        found = store.get(keys.by_status(status, machine, execution.started, id)) is not None
        promise(found == (status == execution.status), f"{id} is {execution.status}; listed as {status}: {found}")


def _shown(event: HistoryEvent) -> str:
    name = (event.details or {}).get("name")
    return f"{event.type} {name}" if name else event.type
