"""The table of the intrinsic functions (`States.Format`, …) with the checks of their arguments.

To add a function, add a row here and its code to `functions`. Knows nothing of call syntax or views.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from statemachine.query.jsonpath.intrinsics import functions
from statemachine.query.jsonpath.intrinsics.functions import INTEGER_MAX, ArgumentRefused, rounded

ArgumentCheck = Callable[[Any], Any]
"""From an argument to the value that the function gets. Raises ArgumentRefused; its text follows "Argument 1"."""


class Intrinsic(NamedTuple):
    """One function, with a check for each argument.

    The last `optional` arguments may be missing. `more` checks further arguments; if it is None, there may be none.
    `draws` says that the function gets the view's Chance before the arguments, `weighs` that it gets the view's Work.
    `each` is the work of a character, an item or a member of an argument, 0 if it is next to nothing.
    """

    function: Callable[..., Any]
    checks: tuple[ArgumentCheck, ...] = ()
    optional: int = 0
    more: ArgumentCheck | None = None
    draws: bool = False
    weighs: bool = False
    each: float = 0.0

    def checks_for(self, count: int) -> tuple[ArgumentCheck, ...] | None:
        """The checks for `count` arguments, or None if the function does not take that many."""
        surplus = count - len(self.checks)
        if surplus > 0:
            return None if self.more is None else self.checks + (self.more,) * surplus
        return self.checks[:count] if -surplus <= self.optional else None

    @property
    def expects(self) -> str:
        """The possible numbers of arguments, for messages."""
        least = len(self.checks) - self.optional
        if self.more is not None:
            return f"{least} or more"
        return f"{least} to {len(self.checks)}" if self.optional else str(least)


def anything(value: Any) -> Any:
    """Any value."""
    return value


def text(value: Any) -> Any:
    """A string."""
    if not isinstance(value, str):
        raise _must_be("a string", value)
    return value


def template(value: Any) -> Any:
    """A string with placeholders `{}`. A literal is passed with its escapes."""
    return text(value)


def items(value: Any) -> Any:
    """An array."""
    if not isinstance(value, list):
        raise _must_be("an array", value)
    return value


def members(value: Any) -> Any:
    """An object."""
    if not isinstance(value, dict):
        raise _must_be("an object", value)
    return value


def truth(value: Any) -> Any:
    """A boolean."""
    if not isinstance(value, bool):
        raise _must_be("a boolean", value)
    return value


def integer(value: Any) -> Any:
    """A number. It is rounded to an integer."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _must_be("a number", value)
    whole = rounded(value)
    if abs(whole) > INTEGER_MAX:
        raise ArgumentRefused(f"must be between -{INTEGER_MAX} and {INTEGER_MAX} but was: {value}")
    return whole


def size(value: Any) -> Any:
    """A number that is positive when it is rounded."""
    whole = integer(value)
    if whole <= 0:
        raise ArgumentRefused(f"must be a positive integer but was: {value}")
    return whole


def step(value: Any) -> Any:
    """A number that is not zero when it is rounded."""
    whole = integer(value)
    if whole == 0:
        raise ArgumentRefused("must not be 0")
    return whole


def _must_be(wanted: str, value: Any) -> ArgumentRefused:
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return ArgumentRefused(f"must be {wanted} but was: {names.get(type(value), 'null')}")


INTRINSICS = {
    "States.Format": Intrinsic(functions.format_text, (template,), more=anything, weighs=True),
    "States.StringToJson": Intrinsic(functions.string_to_json, (text,), each=0.2),
    "States.JsonToString": Intrinsic(functions.json_to_string, (anything,), weighs=True),
    "States.Array": Intrinsic(functions.array, more=anything),
    "States.ArrayPartition": Intrinsic(functions.array_partition, (items, size), each=0.2),
    "States.ArrayContains": Intrinsic(functions.array_contains, (items, anything), weighs=True),
    "States.ArrayRange": Intrinsic(functions.array_range, (integer, integer, step)),
    "States.ArrayGetItem": Intrinsic(functions.array_get_item, (items, integer)),
    "States.ArrayLength": Intrinsic(len, (items,)),
    "States.ArrayUnique": Intrinsic(functions.array_unique, (items,), weighs=True),
    "States.Base64Encode": Intrinsic(functions.base64_encode, (text,)),
    "States.Base64Decode": Intrinsic(functions.base64_decode, (text,)),
    "States.Hash": Intrinsic(functions.hash_of, (anything, text), weighs=True),
    "States.JsonMerge": Intrinsic(functions.json_merge, (members, members, truth), each=4.0),
    "States.MathRandom": Intrinsic(functions.math_random, (integer, integer, integer), optional=1, draws=True),
    "States.MathAdd": Intrinsic(functions.math_add, (integer, integer)),
    "States.StringSplit": Intrinsic(functions.string_split, (text, text), each=0.02),
    "States.UUID": Intrinsic(functions.uuid, draws=True),
}
"""The 18 functions of the States Language."""
