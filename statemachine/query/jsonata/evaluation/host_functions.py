"""The Python code of the functions that `functions` lists.

Pure: time and random values come from the Surroundings. Arguments and results are JSON values. None stands for null and
for a missing argument, ABSENT for undefined. The source is AWS's documentation, if no other is named. The results for
wrong arguments are those that other emulators found on AWS.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from statemachine.json_text import JsonError, dump, parse
from statemachine.query.jsonata.evaluation.bounds import SEQUENCE_MAX, TEXT_MAX
from statemachine.query.jsonata.evaluation.numbers import EXACT_MAX, read_values
from statemachine.query.view import ABSENT, Chance

_MULTIPLIER, _INCREMENT, _MASK = 0x5DEECE66D, 0xB, 2**48 - 1
"""The constants of java.util.Random."""

_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


class Refused(ValueError):
    """A function does not accept its arguments. The text is JSONata's code and the reason."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The inputs of a function besides its arguments. `now` is in epoch milliseconds."""

    now: int
    chance: Chance


def partition(surroundings: Surroundings, array: Any, size: Any) -> Any:
    """$partition: chunks of `size` elements. The last chunk may be shorter (recorded)."""
    length = _whole(size, "partition", 2)
    elements = array if isinstance(array, list) else [] if array is None else [array]
    if not elements or not length or length < 0:
        return ABSENT
    return [elements[start : start + length] for start in range(0, len(elements), length)]


def range_(surroundings: Surroundings, start: Any, end: Any, step: Any) -> Any:
    """$range: from `start` to `end`, inclusive. A single number is not put into an array."""
    low, high, stride = (_whole(value, "range", place) for place, value in enumerate((start, end, step), 1))
    if low is None or high is None or not stride:
        return ABSENT
    length = (high - low) // stride + 1
    if length > SEQUENCE_MAX:
        raise Refused(f"D2014: $range would give {length} numbers")
    numbers = [low + stride * place for place in range(length)]
    return ABSENT if not numbers else numbers[0] if length == 1 else numbers


def hash_(surroundings: Surroundings, data: Any, algorithm: Any) -> Any:
    """$hash, in lower-case hexadecimal digits. As in States.Hash, a value that is no string is hashed as JSON text."""
    if data is None or algorithm is None:
        return ABSENT
    if algorithm not in _ALGORITHMS:
        raise _mismatch("hash", 2)
    text = data if isinstance(data, str) else dump(data)
    return hashlib.new(_ALGORITHMS[algorithm], text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def random(surroundings: Surroundings, seed: Any) -> float:
    """$random: a number in [0, 1). With a seed, the first nextDouble of java.util.Random (seen on AWS)."""
    number = _whole(seed, "random", 1)
    if number is None:
        return surroundings.chance.fraction()
    first = ((number ^ _MULTIPLIER) * _MULTIPLIER + _INCREMENT) & _MASK
    second = (first * _MULTIPLIER + _INCREMENT) & _MASK
    return ((first >> 22 << 27) + (second >> 21)) * 2.0**-53


def uuid(surroundings: Surroundings) -> str:
    """$uuid: a version 4 UUID."""
    return surroundings.chance.uuid4()


def parse_json(surroundings: Surroundings, text: Any) -> Any:
    """$parse: the value of JSON text. Blank text gives null (as States.StringToJson)."""
    if text is None:
        return ABSENT
    if not isinstance(text, str):
        raise _mismatch("parse", 1)
    if not text.strip():
        return None
    try:
        parse(text)
    except JsonError as error:
        raise Refused(f"D3120: {error.message}") from None
    return read_values(text)


def millis(surroundings: Surroundings, *picture: Any) -> int:
    """$millis, and the time that $now formats: the same time everywhere in a request."""
    return surroundings.now


def shuffle(surroundings: Surroundings, array: Any) -> Any:
    """$shuffle: the elements in a random order."""
    if array is None:
        return ABSENT
    shuffled = list(array)
    for last in range(len(shuffled) - 1, 0, -1):
        other = surroundings.chance.between(0, last + 1)
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    return shuffled


def pad(surroundings: Surroundings, text: Any, width: Any, padding: Any) -> Any:
    """$pad: as in JSONata, but with a width of at most TEXT_MAX. A negative `width` pads on the left."""
    if text is None:
        return ABSENT
    wanted = _whole(width, "pad", 2) or 0
    if abs(wanted) > TEXT_MAX:
        raise Refused(f"D2014: $pad would give {abs(wanted)} characters")
    missing = max(abs(wanted) - len(text), 0)
    unit = padding or " "
    filling = (unit * (missing // len(unit) + 1))[:missing]
    return text + filling if wanted > 0 else filling + text


def too_long(surroundings: Surroundings) -> Any:
    """A text has more than TEXT_MAX characters."""
    raise Refused(f"D2014: The text has more than {TEXT_MAX} characters")


def _whole(value: Any, function: str, place: int) -> int | None:
    """The number without its fraction, or None if the argument is missing."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < EXACT_MAX:
        raise _mismatch(function, place)
    return int(value)


def _mismatch(function: str, place: int) -> Refused:
    return Refused(f'T0410: Argument {place} of function "{function}" does not match function signature')
