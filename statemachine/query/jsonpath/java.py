"""Behaviour of Java that can be seen in AWS's results: how it prints a value, and the order of computed members.

Knows nothing of paths or functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from statemachine.json_text import dump, load

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[,:]')


def java_text(value: Any) -> str:
    """The value as Java prints it (recorded): text bare, an object as `{Id=1, Name=a}`, an array as `[1, a]`."""
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
    """The members in the order in which a java.util.HashMap holds them.

    AWS writes the computed (`.$`) members of a payload template and the members of States.JsonMerge in this order
    (recorded in dozens of outputs). The order is visible if outputs are compared as text.
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
