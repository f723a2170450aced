"""The nouns of the interpreter. Plain data: no behaviour beyond what reads one object, no knowledge of disk or API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from statemachine.core.payload import Payload
from statemachine.core.scope_path import index_of
from statemachine.core.tally import Change, Tally
from statemachine.core.waits import Wait
from statemachine.query.language import Dataflow
from statemachine.query.view import ABSENT

UNENDED = ("PENDING", "RUNNING")
ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
"""The statuses of executions."""


class Children(msgspec.Struct, omit_defaults=True):
    """The bookkeeping of a Map or Parallel that runs: counts, never results (those stay with the children). Where
    branches are held for others, all count as begun."""

    total: int
    limit: int
    begun: int = 0
    done: int = 0
    items: Payload | None = None
    input: Payload | None = None


class Scope(msgspec.Struct, omit_defaults=True):
    """One line of control: the root (path ""), a branch, or an iteration ("/00002", "/00002/00000").

    `input` is the raw input of the current state; `entered_event` is 0 until its …StateEntered is noted, and
    `entered_after` the event before that one; `last_event` the latest event of this line of control. `output` is set
    and `failed` true only when the line has ended.
    """

    path: str
    state: str = ""
    input: Payload | None = None
    waiting: Wait | None = None
    variables: dict[str, Payload] = {}
    attempts: dict[str, int] = {}
    retries: int = 0
    entries: int = 0
    entered_at: float = 0.0
    entered_event: int = 0
    entered_after: int = 0
    last_event: int = 0
    children: Children | None = None
    output: Payload | None = None
    failed: bool = False

    @property
    def attempt(self) -> str:
        """Which attempt of which entry this is; with the path it names a task within its execution."""
        return f"{self.entries}.{self.retries}"

    @property
    def index(self) -> int:
        """The number of this branch or iteration."""
        return index_of(self.path)


class Execution(msgspec.Struct, omit_defaults=True):
    """The header of an execution. Times are epoch seconds; `revision` is the key of the revision that it runs.

    `seed` is the secret randomness it was given at its start; `events` and `data` number its history events and its
    stored payloads; `variable_bytes` is the size of all variables in all its scopes. `started` is when it was
    accepted. While it is PENDING it waits for its turn, from `start_at` on if it has one; of those that wait, a higher
    `priority` comes earlier.
    """

    id: str
    arn: str
    name: str
    machine_arn: str
    revision: str
    role_arn: str
    seed: str
    started: float
    input: Payload
    type: str = "STANDARD"
    status: str = "RUNNING"
    stopped: float | None = None
    output: Payload | None = None
    error: str | None = None
    cause: str | None = None
    deadline: float | None = None
    events: int = 0
    data: int = 0
    variable_bytes: int = 0
    redrives: int = 0
    trace_header: str | None = None
    start_at: float | None = None
    priority: int = 0


@dataclass(slots=True)
class Checkpoint:
    """Where an execution stands: its header, its lines of control by path, and the tallies of its states by name.
    Shared: never changed by a step."""

    execution: Execution
    scopes: Mapping[str, Scope]
    tallies: Mapping[str, Tally] = field(default_factory=dict)


class HistoryEvent(msgspec.Struct, frozen=True, array_like=True):
    """One event of a history, compact; `timestamp` is in whole milliseconds. `history.py` gives it AWS's shape."""

    id: int
    previous: int
    timestamp: int
    type: str
    scope: str
    details: dict[str, Any] | None


class Command(msgspec.Struct, frozen=True):
    """Something to do once the step that gave it is durable: serve the `waiting` of a scope. `extended` says that it
    was served before and only its times have changed."""

    scope: str
    waiting: Wait
    extended: bool = False


class Step(msgspec.Struct):
    """What one event did to one execution. `scopes` maps paths to new scopes, None where one is gone; `changes` is
    what it adds to the tallies.

    `stale` says that nobody waited for the event: nothing changed. `cancelled` are waits whose answer nobody wants
    any more."""

    execution: Execution
    scopes: dict[str, Scope | None]
    history: list[HistoryEvent]
    commands: list[Command]
    cancelled: list[Command]
    changes: list[Change] = []
    stale: bool = False


class Exit(msgspec.Struct, frozen=True):
    """Decision: the state is done. `result` is what its work gave; `flow` replaces the state's own (Choice rules)."""

    next: str | None
    result: Any = ABSENT
    flow: Dataflow | None = None


class Sleep(msgspec.Struct, frozen=True):
    """Decision: hold the scope until that moment (epoch seconds)."""

    until: float


class Call(msgspec.Struct, frozen=True):
    """Decision: have a task done. `timeout` and `heartbeat` are in seconds."""

    arguments: Any
    timeout: float | None = None
    heartbeat: float | None = None


class Fork(msgspec.Struct, frozen=True):
    """Decision: run `total` children, at most `limit` at once; `items` are a Map's."""

    total: int
    limit: int
    input: Any
    items: list[Any] | None = None


Decision = Exit | Sleep | Call | Fork
