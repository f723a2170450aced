"""The rows of what tasks have printed: one for each attempt that printed something.

Must not know a kind of task.
"""

from __future__ import annotations

import msgspec

from statemachine.checkpoint import keys
from statemachine.checkpoint.write import GroupRows


class LogRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one attempt has printed.

    `state` and `path` are those of its scope. `attempt` counts from 1 since the state was entered. `event` is the id of
    the first history event of the step that ended the attempt, `time` is the time of that step in epoch seconds.
    `text` is the end of what was printed, `cut` the number of bytes before it.
    """

    state: str
    path: str
    attempt: int
    event: int
    time: float
    text: str
    cut: int


_rows = msgspec.json.Decoder(LogRow)


def put_log(rows: GroupRows, id: str, row: LogRow) -> None:
    """Add the row of an attempt. Several attempts may end in one step, but only one of each scope."""
    rows.fresh[keys.log(id, row.event, row.path)] = msgspec.json.encode(row)


def read_log(row: bytes) -> LogRow:
    """The content of a row."""
    return _rows.decode(row)
