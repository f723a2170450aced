"""The header of one execution. A payload is read only if it is asked for."""

from __future__ import annotations

import msgspec

from statemachine.checkpoint import keys
from statemachine.json_text import JsonText
from statemachine.reads.payloads import Payloads, StoredPayload
from statemachine.store.interface import Readable


class Header(msgspec.Struct, frozen=True):
    """The header of an execution without its payloads. Its members are named as those of `core.model.Execution`."""

    id: str
    arn: str
    name: str
    machine_arn: str
    revision: str
    started: float
    seed: str = ""
    status: str = "RUNNING"
    stopped: float | None = None
    error: str | None = None
    cause: str | None = None
    events: int = 0
    redrives: int = 0
    trace_header: str | None = None
    start_at: float | None = None
    priority: int = 0


class HeaderRow(Header, frozen=True):
    """The row of a header: the header, with its payloads as they are stored."""

    input: StoredPayload = "{}"
    output: StoredPayload | None = None


class HeaderWithPayloads(msgspec.Struct, frozen=True):
    """The header with the JSON texts of its input and, if it has one, its output."""

    header: Header
    input: JsonText
    output: JsonText | None


_headers = msgspec.json.Decoder(Header)
_header_rows = msgspec.json.Decoder(HeaderRow)


def read_header(rows: Readable, id: str) -> Header | None:
    """The header of an execution, None if it does not exist."""
    row = rows.get(keys.head(id))
    return None if row is None else _headers.decode(row)


def read_header_with_payloads(rows: Readable, id: str) -> HeaderWithPayloads | None:
    """The header of an execution with its payloads, None if it does not exist."""
    row = rows.get(keys.head(id))
    if row is None:
        return None
    found = _header_rows.decode(row)
    payloads = Payloads(rows, id, (found.input, found.output))
    output = None if found.output is None else payloads.text(found.output)
    return HeaderWithPayloads(found, payloads.text(found.input), output)
