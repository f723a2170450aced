"""State machines by name, their revisions, and the compiled machines. A revision never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import msgspec

from statemachine.checkpoint import keys
from statemachine.core.compile import Machine, compile_machine
from statemachine.jobs import Format
from statemachine.json_text import parse
from statemachine.registry.catalog import Catalog, Rows
from statemachine.store.interface import Readable

COMPILED_MAX = 1_000
"""Compiled machines kept in memory."""


class Configuration(msgspec.Struct, frozen=True, omit_defaults=True):
    """The configurations of a state machine, in AWS's shapes."""

    logging: dict[str, Any] | None = None
    tracing: dict[str, Any] | None = None
    encryption: dict[str, Any] | None = None


class StateMachine(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A registered state machine. Times are epoch seconds.

    `revision` is the key of its current revision; `revisions` is the number of that revision. `updated` is None until
    the first change. `is_job` says that its definition was made from a job.
    """

    name: str
    arn: str
    type: str
    role_arn: str
    revision: str
    created: float
    updated: float | None = None
    revisions: int = 1
    configuration: Configuration = Configuration()
    tags: dict[str, str] = {}
    is_job: bool = False
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
    the names of the variables that each state reads; `job` is None unless the definition was made from one."""

    definition: str
    role_arn: str
    created: float
    variable_references: dict[str, list[str]] = {}
    job: JobText | None = None


class RevisionEntry(msgspec.Struct, frozen=True):
    """A revision's place in the history of its state machine; `id` is AWS's revisionId."""

    id: str
    created: float


class MachineCatalog(Catalog[StateMachine]):
    """All state machines, and the compiled definitions of the revisions that run."""

    def __init__(self, rows: Readable) -> None:
        super().__init__(StateMachine, keys.MACHINES)
        self._rows = rows
        self._compiled: OrderedDict[str, Machine] = OrderedDict()

    def machine(self, revision: str) -> Machine:
        """The compiled definition of a revision. Raises LookupError."""
        compiled = self._compiled.get(revision)
        if compiled is None:
            found = read_revision(self._rows, revision)
            if found is None:
                raise LookupError(f"revision {revision} is not in the store")
            compiled = compile_machine(parse(found.definition))
            self.keep_compiled(revision, compiled)
        else:
            self._compiled.move_to_end(revision)
        return compiled

    def keep_compiled(self, revision: str, compiled: Machine) -> None:
        """Remember the compiled definition of a revision."""
        self._compiled[revision] = compiled
        if len(self._compiled) > COMPILED_MAX:
            self._compiled.popitem(last=False)


def revision_rows(machine: StateMachine, revision: Revision) -> Rows:
    """The rows of a state machine's current revision, which is new."""
    entry = RevisionEntry(machine.revision_id, revision.created)
    return {
        keys.revision_entry(machine.name, machine.revisions): msgspec.json.encode(entry),
        keys.revision(machine.revision): msgspec.json.encode(revision),
    }


def removal_rows(machine: StateMachine) -> Rows:
    """The rows that go with a state machine. Its revisions stay: executions refer to them."""
    return dict.fromkeys(keys.revision_entry(machine.name, number) for number in range(1, machine.revisions + 1))


def read_revision(rows: Readable, key: str) -> Revision | None:
    """A revision by its key, "machine/revision id"; None if it does not exist."""
    row = rows.get(keys.revision(key))
    return None if row is None else _revisions.decode(row)


def read_revisions(rows: Readable, revision_keys: Iterable[str]) -> dict[str, Revision]:
    """Several revisions by their keys."""
    wanted = {keys.revision(key): key for key in revision_keys}
    return {wanted[row_key]: _revisions.decode(row) for row_key, row in rows.gather(list(wanted)).items()}


def read_revision_entries(
    rows: Readable, machine: str, before: int | None, limit: int
) -> list[tuple[int, RevisionEntry]]:
    """At most `limit` revisions of a state machine with their numbers, newest first; only numbers below `before`."""
    prefix = keys.revision_entries_prefix(machine)
    after = "" if before is None else keys.revision_entry(machine, before)
    found = rows.scan(prefix, after=after, limit=limit, reverse=True)
    return [(int(key.removeprefix(prefix)), _entries.decode(row)) for key, row in found]


_revisions = msgspec.json.Decoder(Revision)
_entries = msgspec.json.Decoder(RevisionEntry)
