"""Conversion of numbers between JSON and JSONata, which has only 64-bit floats.

As AWS does, it writes whole numbers below 1e21 without an exponent. Knows nothing of expressions.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

import msgspec

EXACT_MAX = 2**53
"""Up to this absolute value, a 64-bit float holds every whole number."""
PLAIN_MAX = 1e21
"""From this absolute value on, a whole number is written with an exponent."""

_MANY_DIGITS = re.compile(r"\d{16}")


def read_values(text: str) -> Any:
    """The value of JSON text for an evaluator. An integer that a 64-bit float cannot hold becomes the nearest float."""
    if _MANY_DIGITS.search(text):
        return json.loads(text, parse_int=_integer)
    return msgspec.json.decode(text)


def read_result(text: str) -> Any:
    """The value of an evaluator's JSON text: `1e+20` is the integer 100000000000000000000."""
    return _results.decode(text)


def plain(number: float) -> int | float | str:
    """A number in the form of results: whole numbers as integers, infinities and NaN as strings."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    return _number(repr(number)) if isinstance(number, float) else number


def _integer(digits: str) -> int | float:
    # `float` accepts any number of digits, `int` does not.
    number = float(digits)
    return int(number) if -EXACT_MAX <= number <= EXACT_MAX else number


def _number(text: str) -> int | float:
    number = float(text)
    # The digits are those of the shortest text, not of the exact value: 1.2345678901234568e+20 ends in zeros.
    return int(Decimal(text)) if number.is_integer() and abs(number) < PLAIN_MAX else number


_results = msgspec.json.Decoder(float_hook=_number)
