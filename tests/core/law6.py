"""Law 6: nothing that is passed to `advance` is ever changed, whether it returns or raises.

`checked_advance` stands wherever a test steps the core. It knows the shape of no argument: what it sees is the JSON
of all of them but the machine, which is shared and frozen, so a field that is new is watched too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache, wraps
from typing import Any
from unittest.mock import patch

import msgspec

from statemachine.core.advance import advance
from statemachine.core.payload import Payload
from statemachine.json_text import load
from statemachine.query.view import ABSENT


def checked(step: Callable[..., Any]) -> Callable[..., Any]:
    """`step` with its own signature; raises AssertionError if it changes what it was given."""

    @wraps(step)
    def watched(machine: Any, *given: Any, **named: Any) -> Any:
        before = picture([given, named])
        try:
            return step(machine, *given, **named)
        finally:
            after = picture([given, named])
            if after != before:
                changes = "; ".join(_changes(msgspec.json.decode(before), msgspec.json.decode(after)))
                raise AssertionError(f"Law 6: a step changed what it was given: {changes}")

    return watched


checked_advance = checked(advance)


@contextmanager
def checked_in(package: str) -> Iterator[None]:
    """Whatever module of `package` calls `advance` calls `checked_advance` meanwhile."""
    loaded = [module for name, module in list(sys.modules.items()) if name.startswith(f"{package}.")]
    callers = [(module, name) for module in loaded for name, value in vars(module).items() if value is advance]
    assert callers, f"no module of {package} calls advance"
    with ExitStack() as stack:
        for module, name in callers:
            stack.enter_context(patch.object(module, name, checked_advance))
        yield


def picture(given: Any) -> bytes:
    """The JSON of structs, dataclasses and containers, however deep. What is neither (a function, an image of a
    registry) is shown by its type."""
    return _ENCODER.encode(given)


def _pictured(value: Any) -> Any:
    """A payload by its value and the value that its text stands for: either may be made from the other, and kept,
    during a step. (They are taken from its slots, because asking for them would make them.)"""
    if not isinstance(value, Payload):
        return str(type(value))
    of_value = None if value._value is ABSENT else repr(value._value)
    of_text = None if value._text is None else _meant(value._text)
    return [of_value or of_text, of_text or of_value]


@lru_cache(maxsize=10_000)
def _meant(text: str) -> str:
    return repr(load(text))


_ENCODER = msgspec.json.Encoder(enc_hook=_pictured)


def _changes(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Where two pictures differ: one line for each place."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        before, after = dict(enumerate(before)), dict(enumerate(after))
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before | after:
            yield from _changes(before.get(name, "nothing"), after.get(name, "nothing"), f"{place}/{name}")
    if type(before) is not type(after) or (before != after and not isinstance(before, dict)):
        yield f"{place} was {before!r} and is {after!r}"
