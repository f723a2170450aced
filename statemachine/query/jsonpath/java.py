"""Where AWS's own Java shows through: how it prints a value, and in which order it writes computed members.

Pure text and order; knows nothing of paths or functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from statemachine.json_text import dump, load

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[,:]')


def java_text(value: Any) -> str:
    """The value as Java prints it: text bare, an object as `{Id=1, Name=a}`, an array as `[1, a]` (recorded)."""
    return value if isinstance(value, str) else _TOKEN.sub(_printed, dump(value))


def _printed(token: re.Match[str]) -> str:
    match token.group():
        case ",":
            return ", "
        case ":":
            return "="
        case quoted:
            return str(load(quoted))


def in_hash_order(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members in the order of a java.util.HashMap that they were put into.

    AWS writes the computed (`.$`) members of a payload template, and those of States.JsonMerge, in this order: recorded
    in dozens of outputs, and visible where an output is compared as text.
    """
    buckets = 16
    while len(members) > buckets * 3 // 4:
        buckets *= 2
    return {name: members[name] for name in sorted(members, key=lambda name: _spread(name) % buckets)}


def _spread(name: str) -> int:
    code = 0
    for unit in _utf16_units(name):
        code = (31 * code + unit) & 0xFFFFFFFF
    return code ^ (code >> 16)


def _utf16_units(text: str) -> Iterable[int]:
    data = text.encode("utf-16-be", "surrogatepass")
    return (data[place] << 8 | data[place + 1] for place in range(0, len(data), 2))
