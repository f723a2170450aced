"""Numbers between JSON and JSONata, which knows none but 64-bit floats.

Knows nothing of expressions. Whole numbers are written without an exponent below 1e21, as AWS writes them.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

import msgspec

EXACT_MAX = 2**53
"""Up to here, up or down, a 64-bit float holds every whole number."""
PLAIN_MAX = 1e21
"""From here on, up or down, a whole number is written with an exponent."""

_MANY_DIGITS = re.compile(r"\d{16}")


def read_values(text: str) -> Any:
    """The value of JSON text for an evaluator: integers that a 64-bit float cannot hold become the nearest one."""
    if _MANY_DIGITS.search(text):
        return json.loads(text, parse_int=_integer)
    return msgspec.json.decode(text)


def read_result(text: str) -> Any:
    """The value of an evaluator's JSON text: `1e+20` is the integer 100000000000000000000."""
    return _results.decode(text)


def plain(number: float) -> int | float | str:
    """A number as a result shows it: whole ones as integers, infinities and NaN as strings."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    return _number(repr(number)) if isinstance(number, float) else number


def _integer(digits: str) -> int | float:
    # `float` takes any number of digits, `int` does not.
    number = float(digits)
    return int(number) if -EXACT_MAX <= number <= EXACT_MAX else number


def _number(text: str) -> int | float:
    number = float(text)
    # The shortest text of a number counts, not its value: 1.2345678901234568e+20 ends in zeros.
    return int(Decimal(text)) if number.is_integer() and abs(number) < PLAIN_MAX else number


_results = msgspec.json.Decoder(float_hook=_number)
