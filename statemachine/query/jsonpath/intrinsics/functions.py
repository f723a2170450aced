"""The intrinsic functions. `table` has checked the types of their arguments.

Pure: a random function draws from the Chance that it is given. A function that reads all parts of a value counts them
as work. A function raises ArgumentRefused for wrong arguments.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from statemachine import json_text
from statemachine.query.jsonpath.java import in_hash_order, java_text
from statemachine.query.limits import PAYLOAD_BYTES_MAX
from statemachine.query.view import Chance
from statemachine.query.work import EACH_CHARACTER, LONG, Work

TEXT_MAX = PAYLOAD_BYTES_MAX
"""How many characters a text made by a function may have: as many as a state's output may have bytes."""
ENCODED_MAX = 10_000
"""How many characters the argument of States.Base64Encode, States.Base64Decode or States.Hash may have."""
RANGE_MAX = 1000
"""How many items States.ArrayRange may make."""
INTEGER_MAX = 2**31 - 1
"""The largest absolute value of a number in the functions that calculate."""

_TEMPLATE_PART = re.compile(r"\{\}|\\[\\'{}]")
_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


Written = TypeVar("Written")


class ArgumentRefused(ValueError):
    """A function does not accept an argument. The text says why."""


def json_to_string(work: Work, value: Any) -> str:
    """States.JsonToString: compact JSON text."""
    return _written(work, json_text.dump, value)


def format_text(work: Work, template: str, *arguments: Any) -> str:
    """States.Format. In `template`, `{}` stands for an argument, and a backslash escapes a brace."""
    parts: list[str] = []
    end = used = length = 0
    for match in _TEMPLATE_PART.finditer(template):
        parts.append(template[end : match.start()])
        end = match.end()
        if match.group() != "{}":
            parts.append(match.group()[1:])
            continue
        if used == len(arguments):
            raise ArgumentRefused(f"The template has more places '{{}}' than the {used} values given")
        printed = _printed(work, arguments[used])
        used += 1
        length += len(printed)
        if length > TEXT_MAX:
            raise ArgumentRefused(f"The text would have more than {TEXT_MAX} characters")
        parts.append(printed)
    if used < len(arguments):
        raise ArgumentRefused(f"{len(arguments)} values were given, but the template has only {used} places '{{}}'")
    return "".join(parts) + template[end:]


def _printed(work: Work, value: Any) -> str:
    return value if isinstance(value, str) else _written(work, java_text, value)


def _written(work: Work, write: Callable[[Any], Written], value: Any) -> Written:
    """`write(value)`. Raises ArgumentRefused before it writes, if the text would be longer than TEXT_MAX.

    A value may hold the same part many times, so its text may be far larger than the value in memory.
    """
    if isinstance(value, list | dict):
        return work.once(_written_at_once, work, write, value)
    return _written_at_once(work, write, value)


def _written_at_once(work: Work, write: Callable[[Any], Written], value: Any) -> Written:
    _weigh(work, value)
    try:
        return write(value)
    except RecursionError:
        raise ArgumentRefused("The value is nested too deeply") from None


def _weigh(work: Work, value: Any) -> None:
    """Count the parts of a value. Raises ArgumentRefused."""
    room = TEXT_MAX
    parts = [value]
    count = 0
    while parts:
        part = parts.pop()
        count += 1
        room -= 1
        if isinstance(part, str):
            room -= len(part)
        elif isinstance(part, dict):
            room -= sum(map(len, part))
            parts.extend(part.values())
        elif isinstance(part, list):
            parts.extend(part)
        if room < 0 or len(parts) > TEXT_MAX:
            raise ArgumentRefused(f"The value has more than {TEXT_MAX} characters")
    if count + TEXT_MAX - room > LONG:
        work.charge(count + EACH_CHARACTER * (TEXT_MAX - room))


def string_to_json(text: str) -> Any:
    """States.StringToJson: the value of JSON text. Blank text gives null (recorded)."""
    if not text.strip():
        return None
    try:
        return json_text.parse(text)
    except json_text.JsonError as error:
        raise ArgumentRefused(f"Invalid JSON: {error.message}") from None


def array(*items: Any) -> list[Any]:
    """States.Array."""
    return list(items)


def array_partition(items: list[Any], size: int) -> list[list[Any]]:
    """States.ArrayPartition: chunks of `size` items. The last chunk may be shorter."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def array_contains(work: Work, items: list[Any], wanted: Any) -> bool:
    """States.ArrayContains: deep equality. 1, 1.0 and true are three different values."""
    wanted_identity, *identities = _identities(work, [wanted, *items])
    return wanted_identity in identities


def array_range(first: int, last: int, step: int) -> list[int]:
    """States.ArrayRange: from `first` to `last`, which is included if it is a whole number of steps away."""
    numbers = range(first, last + (1 if step > 0 else -1), step)
    if len(numbers) > RANGE_MAX:
        raise ArgumentRefused(f"The array would have more than {RANGE_MAX} items")
    return list(numbers)


def array_get_item(items: list[Any], place: int) -> Any:
    """States.ArrayGetItem: the item at an index, counted from 0."""
    if not 0 <= place < len(items):
        raise ArgumentRefused(f"The index {place} is out of bounds: the array has {len(items)} items")
    return items[place]


def array_unique(work: Work, items: list[Any]) -> list[Any]:
    """States.ArrayUnique: the first of each group of equal items."""
    first: dict[bytes, Any] = {}
    for identity, item in zip(_identities(work, items), items, strict=True):
        first.setdefault(identity, item)
    return list(first.values())


def _identities(work: Work, items: list[Any]) -> list[bytes]:
    """A key for each item. Two items have the same key if they are equal."""
    return _written(work, lambda each: [msgspec.json.encode(item, order="deterministic") for item in each], items)


def base64_encode(text: str) -> str:
    """States.Base64Encode: the Base64 text of the UTF-8 bytes."""
    _at_most(text, ENCODED_MAX)
    return base64.b64encode(text.encode()).decode()


def base64_decode(text: str) -> str:
    """States.Base64Decode. As in Java, the padding may be missing, and bytes that are not UTF-8 become U+FFFD."""
    _at_most(text, ENCODED_MAX)
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ArgumentRefused("Argument 1 is no valid Base64") from None
    return data.decode(errors="replace")


def hash_of(work: Work, data: Any, algorithm: str) -> str:
    """States.Hash, in lower-case hexadecimal digits. Of a value that is no string, the JSON text is hashed."""
    if algorithm not in _ALGORITHMS:
        raise ArgumentRefused(f"The algorithm must be one of {', '.join(_ALGORITHMS)} but was '{algorithm}'")
    text = data if isinstance(data, str) else json_to_string(work, data)
    _at_most(text, ENCODED_MAX)
    return hashlib.new(_ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _at_most(text: str, characters: int) -> None:
    if len(text) > characters:
        raise ArgumentRefused(f"Argument 1 must have {characters} characters at most but has {len(text)}")


def json_merge(first: dict[str, Any], second: dict[str, Any], deep: bool) -> dict[str, Any]:
    """States.JsonMerge: a shallow merge; the second object wins (recorded). AWS has no deep merge."""
    if deep:
        raise ArgumentRefused("Argument 3 must be false: a deep merge is not supported")
    return in_hash_order({**first, **second})


def math_add(first: int, second: int) -> int:
    """States.MathAdd."""
    return first + second


def math_random(chance: Chance, first: int, end: int, seed: int | None = None) -> int:
    """States.MathRandom: an integer of at least `first` and less than `end`. The same seed gives the same number."""
    if end <= first:
        raise ArgumentRefused("Argument 2 must be greater than argument 1")
    source = chance if seed is None else Chance(str(seed))
    return source.between(first, end)


def rounded(number: float) -> int:
    """The nearest integer. Halves are rounded up (recorded: 1.5 to 2, -1.5 to -1)."""
    whole = math.floor(number)
    return whole + (number - whole >= 0.5)


def string_split(text: str, separators: str) -> list[str]:
    """States.StringSplit: splits at every character of `separators` and drops empty parts (recorded)."""
    if not separators:
        return [text] if text else []
    one = separators[0]
    return [part for part in text.translate(dict.fromkeys(map(ord, separators), one)).split(one) if part]


def uuid(chance: Chance) -> str:
    """States.UUID, version 4."""
    return chance.uuid4()
