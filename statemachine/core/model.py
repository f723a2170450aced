"""The nouns of the interpreter: executions, scopes, history events, steps, and what a state decides.

Plain data: a property may read its own object and nothing else. Knows neither disk nor API. Events are in `events`,
waits in `waits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from statemachine.core.payload import Payload
from statemachine.core.scope_path import index_of
from statemachine.core.tally import Change, Tally
from statemachine.core.waits import Wait
from statemachine.query.language import Dataflow
from statemachine.query.view import ABSENT

UNENDED = ("PENDING", "RUNNING")
"""The statuses of executions that have not ended."""
UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")
ENDED = ("SUCCEEDED", *UNSUCCESSFUL)
STATUSES = (*UNENDED, *ENDED)
"""The statuses of executions."""


class StatusChange(NamedTuple):
    """The status that an execution had, None for a new execution, and the one that it has now."""

    before: str | None
    after: str


class Children(msgspec.Struct, omit_defaults=True):
    """How far the children of a Map or Parallel are: numbers only; their results stay in their own scopes.

    There are `total` children, of which at most `limit` run at once. `begun` counts those that have a scope, `done`
    those that succeeded. In a Parallel with DependsOn all children count as begun, because they do not begin in the
    order of their numbers. `input` is the effective input of the state, `items` a Map's list.
    """

    total: int
    limit: int
    begun: int = 0
    done: int = 0
    items: Payload | None = None
    input: Payload | None = None


class Scope(msgspec.Struct, omit_defaults=True):
    """One part of an execution that runs by itself: the root (path ""), a branch, or an iteration ("/00002").

    A scope is in one state at a time; `input` is that state's raw input. `entered_event` is the id of its …StateEntered
    event, 0 before that is noted, and `entered_after` the id of the event before that one. `last_event` is the scope's
    latest event. `attempts` counts the retries of each retrier by its number, `retries` all of them. `entries` counts
    the states that the scope has entered; a child begins with a number that no earlier child on its path has had. Once
    the scope has ended, either `output` is set or `failed` is true.
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
        """The current attempt at the current state. Path and attempt together name a task within its execution."""
        return f"{self.entries}.{self.retries}"

    @property
    def index(self) -> int:
        """The number of this branch or iteration."""
        return index_of(self.path)


class Execution(msgspec.Struct, omit_defaults=True):
    """The header of an execution. All times are in epoch seconds.

    `revision` is the key of the revision that it runs. `seed` is secret; task tokens and all chance are made from it.
    `events` and `data` are the numbers of its history events and of its stored payloads, `variable_bytes` is the size
    of all variables in all its scopes. `started` is the time at which it was accepted. A PENDING execution waits for
    its turn, and with `start_at` not before that time; a higher `priority` comes earlier. `stamped` is the timestamp of
    its latest history event, in milliseconds.
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
    stamped: int = 0


@dataclass(slots=True)
class Checkpoint:
    """Where an execution stands: its header, its scopes by path, and the tallies of its states by name.

    A step reads it and never changes it.
    """

    execution: Execution
    scopes: Mapping[str, Scope]
    tallies: Mapping[str, Tally] = field(default_factory=dict)


class HistoryEvent(msgspec.Struct, frozen=True, array_like=True):
    """One event of a history in compact form; `history` gives it AWS's shape.

    `previous` is the id of the event that it follows, `timestamp` is in whole milliseconds, `scope` is a path.
    """

    id: int
    previous: int
    timestamp: int
    type: str
    scope: str
    details: dict[str, Any] | None


class Command(msgspec.Struct, frozen=True):
    """An order to serve the wait of a scope. It may be carried out when its step is durable.

    `extended` says that the wait was served before and only its times have changed.
    """

    scope: str
    waiting: Wait
    extended: bool = False


class Step(msgspec.Struct):
    """What one event did to one execution.

    `scopes` holds the scopes that changed by path, None for one that was removed. `changes` is added to the tallies.
    `commands` are to be carried out, `cancelled` are tasks to be cancelled, once the step is durable. `stale` says that
    nothing waited for the event and nothing changed.
    """

    execution: Execution
    scopes: dict[str, Scope | None]
    history: list[HistoryEvent]
    commands: list[Command]
    cancelled: list[Command]
    changes: list[Change] = []
    stale: bool = False


class Exit(msgspec.Struct, frozen=True):
    """Decision: leave the state for `next`, or end the scope if that is None.

    `result` is the result of the state's work. `flow` replaces the state's own data flow (Choice rules).
    """

    next: str | None
    result: Any = ABSENT
    flow: Dataflow | None = None


class Sleep(msgspec.Struct, frozen=True):
    """Decision: wait until that time (epoch seconds): an `absolute` time of the clock, or the end of some seconds."""

    until: float
    absolute: bool = False


class Call(msgspec.Struct, frozen=True):
    """Decision: start the state's task. `timeout` and `heartbeat` are in seconds; `role` is the ARN in Credentials."""

    arguments: Any
    timeout: float | None = None
    heartbeat: float | None = None
    role: str | None = None


class Fork(msgspec.Struct, frozen=True):
    """Decision: run `total` children, at most `limit` at once. `items` is a Map's list, None for a Parallel."""

    total: int
    limit: int
    input: Any
    items: list[Any] | None = None


Decision = Exit | Sleep | Call | Fork
"""What a state wants to be done next. A failure is a StateError that it raises instead."""
