"""State machines, their revisions, and the cache of compiled machines. A revision never changes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.compile import Machine, compile_machine
from statemachine.jobs import Format
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
    for the first time. `revisions` is the number of the latest one, 0 where an earlier version gave them none."""

    name: str
    arn: str
    type: str
    role_arn: str
    revision: str
    created: float
    updated: float | None = None
    revisions: int = 0
    configuration: Configuration = Configuration()
    tags: dict[str, str] = {}
    deleting: bool = False

    @property
    def revision_id(self) -> str:
        """AWS's revisionId of the current revision."""
        return self.revision.rpartition("/")[2]


class JobText(msgspec.Struct, frozen=True):
    """A job as its author sent it, in one of the plain formats; the definition was made from it."""

    format: Format
    text: str


class Revision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One definition with the role it runs under. `definition` is the caller's own text; `variable_references` are
    the names of the variables that its states read, by the states' names; `job` is None unless it was made from one."""

    definition: str
    role_arn: str
    created: float
    variable_references: dict[str, list[str]] = {}
    job: JobText | None = None


class Entry(msgspec.Struct, frozen=True):
    """A revision's place in the history of its state machine; `id` is AWS's revisionId."""

    id: str
    created: float


_entries = msgspec.json.Decoder(Entry)


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
        """The rows of a new or changed state machine; a new `revision` gets the next number in its history."""
        rows: dict[str, bytes | None] = {}
        if revision is not None:
            known = self.by_name.get(machine.name)
            if known is not None and known.revisions == 0:
                entries = dict(enumerate(self._unnumbered(known), 1))
                rows |= {keys.revision_entry(known.name, number): _encoded(entry) for number, entry in entries.items()}
                machine.revisions = len(entries)
            elif known is not None:
                machine.revisions = known.revisions
            machine.revisions += 1
            entry = Entry(machine.revision_id, revision.created)
            rows[keys.revision_entry(machine.name, machine.revisions)] = _encoded(entry)
            rows[keys.revision(machine.revision)] = _encoded(revision)
        rows[keys.machine(machine.name)] = _encoded(machine)
        return rows

    def removal(self, machine: StateMachine) -> dict[str, bytes | None]:
        """The rows that go with a state machine. Its revisions stay: executions refer to them."""
        entries = self._store.scan(keys.revision_entries_prefix(machine.name))
        return dict.fromkeys((keys.machine(machine.name), *(key for key, _ in entries)))

    def history(self, machine: StateMachine, before: int | None, limit: int) -> list[tuple[int, Entry]]:
        """At most `limit` revisions of a state machine with their numbers, newest first: those with a smaller number
        than `before`."""
        if machine.revisions == 0:
            entries = list(enumerate(self._unnumbered(machine), 1))[: None if before is None else max(before - 1, 0)]
            return entries[::-1][:limit]
        prefix = keys.revision_entries_prefix(machine.name)
        after = "" if before is None else keys.revision_entry(machine.name, before)
        rows = self._store.scan(prefix, after=after, limit=limit, reverse=True)
        return [(int(key.removeprefix(prefix)), _entries.decode(row)) for key, row in rows]

    def _unnumbered(self, machine: StateMachine) -> list[Entry]:
        """The revisions that an earlier version wrote, oldest first. (Older ones are of a deleted machine.)"""
        prefix = keys.revisions_prefix(machine.name)
        revisions = [
            Entry(key.removeprefix(prefix), msgspec.json.decode(row, type=Revision).created)
            for key, row in self._store.scan(prefix)
        ]
        return sorted((entry for entry in revisions if entry.created >= machine.created), key=lambda one: one.created)


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value)
