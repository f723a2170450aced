"""State machines, their revisions, and the cache of compiled machines. A revision never changes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.compile import Machine, compile_machine
from statemachine.json_text import parse
from statemachine.store.base import Store

COMPILED_MAX = 1_000
"""Compiled machines kept in memory."""


class Configuration(msgspec.Struct, frozen=True, omit_defaults=True):
    """What AWS keeps beside a definition, in AWS's shapes."""

    logging: dict[str, Any] | None = None
    tracing: dict[str, Any] | None = None
    encryption: dict[str, Any] | None = None


class StateMachine(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A registered state machine. `revision` is the key of what it runs now; `updated` is None until it was changed
    for the first time."""

    name: str
    arn: str
    type: str
    role_arn: str
    revision: str
    created: float
    updated: float | None = None
    configuration: Configuration = Configuration()
    tags: dict[str, str] = {}
    deleting: bool = False

    @property
    def revision_id(self) -> str:
        """AWS's revisionId of the current revision."""
        return self.revision.rpartition("/")[2]


class Revision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One definition with the role it runs under. `definition` is the caller's own text; `variable_references` are
    the names of the variables that its states read, by the states' names."""

    definition: str
    role_arn: str
    created: float
    variable_references: dict[str, list[str]] = {}


class Machines:
    """All state machines by name. Changes are made durable by the caller first, then told to this image."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._compiled: OrderedDict[str, Machine] = OrderedDict()
        self.by_name: dict[str, StateMachine] = {}

    def load(self) -> None:
        """Read all state machines from the store."""
        decoder = msgspec.json.Decoder(StateMachine)
        after = ""
        while rows := self._store.scan(keys.MACHINES, after=after, limit=1000):
            for _, row in rows:
                machine = decoder.decode(row)
                self.by_name[machine.name] = machine
            after = rows[-1][0]

    def revision(self, key: str) -> Revision:
        """A revision by its key. Raises LookupError."""
        row = self._store.get(keys.revision(key))
        if row is None:
            raise LookupError(f"revision {key} is not in the store")
        return msgspec.json.decode(row, type=Revision)

    def machine(self, revision: str) -> Machine:
        """The compiled machine of a revision. Raises LookupError."""
        compiled = self._compiled.get(revision)
        if compiled is None:
            compiled = compile_machine(parse(self.revision(revision).definition))
            self.keep(revision, compiled)
        else:
            self._compiled.move_to_end(revision)
        return compiled

    def keep(self, revision: str, compiled: Machine | None) -> None:
        """Remember the compiled machine of a revision, if there is one."""
        if compiled is not None:
            self._compiled[revision] = compiled
            if len(self._compiled) > COMPILED_MAX:
                self._compiled.popitem(last=False)

    def rows(self, machine: StateMachine, revision: Revision | None) -> dict[str, bytes | None]:
        """The rows of a new or changed state machine."""
        rows: dict[str, bytes | None] = {keys.machine(machine.name): msgspec.json.encode(machine)}
        if revision is not None:
            rows[keys.revision(machine.revision)] = msgspec.json.encode(revision)
        return rows
