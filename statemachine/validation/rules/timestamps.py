"""Rules for timestamps that are literals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from statemachine.query.jsonpath.conditions import OPERATORS
from statemachine.times.timestamps import parse_timestamp
from statemachine.validation.finding import Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Part, StateDefinition
from statemachine.validation.rules.jsonata import is_jsonata

_WITH_SECONDS = re.compile(r".*T\d\d:\d\d:\d\d.*")

TIMESTAMPS = frozenset(
    {"Timestamp"} | {name for name in OPERATORS if name.startswith("Timestamp") and not name.endswith("Path")}
)


def timestamps(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A literal is an RFC 3339 timestamp with an upper-case T, and with an upper-case Z or an offset.

    Recorded for Wait. In a JSONPath state, `{% … %}` is a literal too (recorded).
    """
    for name in part.fields:
        value = text(part.fields, name) if name in TIMESTAMPS else None
        if value is None or (state.language == "JSONata" and is_jsonata(value)) or _is_timestamp(value):
            continue
        yield Fault((*part.path, name), "String does not match RFC3339 timestamp")


def _is_timestamp(value: str) -> bool:
    # The query language also reads timestamps without seconds, which RFC 3339 does not allow.
    return parse_timestamp(value) is not None and _WITH_SECONDS.match(value) is not None
