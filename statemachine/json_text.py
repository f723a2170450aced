"""Reads and writes JSON: one strict parser for all text from outside, and one compact writer.

Knows nothing of requests or workflows. Errors have AWS's texts (AWS's parser is Jackson).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import msgspec

DEPTH_MAX = 100
"""How deeply arrays and objects may be nested."""
DIGITS_MAX = 400
"""How many digits an integer may have."""
SHOWN_CHARACTERS = 100
"""How much of a line a message about a mistake shows."""

_TOKEN = re.compile(r"[^\s,:\[\]{}\"']+")
# Each character fits in one place only, so a missing closing quote cannot make the search exponential.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_MANY_DIGITS = re.compile(rf"(?<!\d)\d{{{DIGITS_MAX + 1}}}")
_NOT_BRACKET = re.compile(r"[^\[\]{}]+")
_DEPTH_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_JAVA_ADVICE = re.compile(r": enable JsonParser\.Feature\.\w+ to allow")
_YAML = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*(?:---|-\s+\w|[A-Za-z_][\w .-]*:(?:\s|$))")
_VALUE_EXPECTED = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


class JsonText(str):
    """JSON text. By this type the AWS API writes a string, and the REST API writes the JSON value."""

    __slots__ = ()


class JsonError(ValueError):
    """The text is not JSON, or exceeds our limits. `line` and `column` are those of the mistake and count from 1.

    `read` is where Jackson reports the mistake, if it has read some characters more.
    """

    def __init__(self, message: str, text: str, position: int, read: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.line, self.column = _line_and_column(text, position)
        self._read = position if read is None else read

    @property
    def place(self) -> str:
        """The place as Jackson writes it, e.g. `[Source: (String)"{x"; line: 1, column: 3]`."""
        shown = self.text if len(self.text) <= 500 else f"{self.text[:500]}[truncated {len(self.text) - 500} chars]"
        line, column = _line_and_column(self.text, self._read)
        return f'[Source: (String)"{shown}"; line: {line}, column: {column}]'


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def explained(message: str, text: str) -> str:
    """The message of a JsonError about `text`, for people: without Jackson's advice to Java programmers, and with a
    frequent reason named: the text is YAML, or it begins with a byte order mark."""
    if text.startswith("\ufeff"):
        return "The text begins with a byte order mark (BOM, U+FEFF): save it as UTF-8 without one"
    if _YAML.match(text):
        return "This looks like YAML; only JSON is read here: convert it to JSON first"
    return _JAVA_ADVICE.sub("", message)


def marked_line(text: str, line: int, column: int) -> tuple[str, str]:
    """That line of the text, and below it a line with a mark at the column; both counted from 1.

    Of a long line, only the part around the column.
    """
    shown = text.split("\n")[line - 1].rstrip("\r").replace("\t", " ").replace("\ufeff", " ")
    first = max(0, min(column - 1 - SHOWN_CHARACTERS // 2, len(shown) - SHOWN_CHARACTERS))
    return shown[first : first + SHOWN_CHARACTERS], " " * (column - 1 - first) + "^"


def parse(text: str) -> Any:
    """The value of strict JSON text.

    Raises JsonError, also for text that the standard does not define or a store cannot keep: duplicate keys, NaN and
    infinities, lone surrogates, integers of more than DIGITS_MAX digits, nesting beyond DEPTH_MAX.
    """
    try:
        value = _decode(text)
    except json.JSONDecodeError as error:
        raise _worded(error, text) from None
    except RecursionError:
        raise JsonError(f"Nesting is deeper than {DEPTH_MAX}", text, 0) from None
    except _Refused as refused:
        raise JsonError(refused.args[0], text, refused.position(text)) from None
    if _SURROGATE.search(text):
        _refuse_lone_surrogates(value, text)
    if is_deeper_than(text, DEPTH_MAX):
        raise JsonError(f"Nesting is deeper than {DEPTH_MAX}", text, 0)
    return value


def parse_bytes(data: bytes) -> Any:
    """As `parse`, for bytes in UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonError(f"Invalid UTF-8 byte 0x{data[error.start]:02x}", "", 0) from None
    return parse(text)


def dump(value: Any) -> str:
    """Compact JSON text, without blanks. Non-ASCII characters are not escaped."""
    return msgspec.json.encode(value).decode()


load: Callable[[str | bytes], Any] = msgspec.json.decode
"""The value of JSON text that we have written ourselves."""


def is_same_value(text: str, other: str) -> bool:
    """Do both texts, which are strict JSON, have the same value? The order of an object's members does not count; 1 and
    1.0 are two values, as they look different in an output."""
    return text == other or _canonical(text) == _canonical(other)


def _canonical(text: str) -> bytes:
    return msgspec.json.encode(load(str(text)), order="deterministic")


class _Refused(ValueError):
    def __init__(self, message: str, token: str) -> None:
        super().__init__(message)
        self._token = token

    def position(self, text: str) -> int:
        return max(text.find(self._token), 0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Refused(f"Duplicate field '{key}'", json.dumps(key, ensure_ascii=False))
            seen.add(key)
    return value


def _constant(token: str) -> Any:
    raise _Refused(f"Non-standard token '{token}': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow", token)


def _float(token: str) -> float:
    value = float(token)
    if value in (float("inf"), float("-inf")):
        raise _Refused(f"Numeric value ({token}) out of range of double", token)
    return value


def _integer(token: str) -> int:
    if len(token) > DIGITS_MAX + 1:
        raise _Refused(f"Number value length ({len(token)}) exceeds the maximum allowed ({DIGITS_MAX})", token)
    return int(token)


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
_careful_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer
)


def _decode(text: str) -> Any:
    if text.startswith("\ufeff"):
        raise json.JSONDecodeError("Expecting value", text, 0)
    return (_careful_decoder if _MANY_DIGITS.search(text) else _decoder).decode(text)


def _refuse_lone_surrogates(value: Any, text: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        place = _SURROGATE.search(text)
        raise JsonError("Lone surrogate in a string", text, place.start() if place else 0) from None


def is_deeper_than(text: str, depth_max: int) -> bool:
    """Are arrays and objects in this JSON text nested more deeply than `depth_max`?"""
    if text.count("[") + text.count("{") <= depth_max:
        return False
    brackets = _NOT_BRACKET.sub("", _STRING.sub("", text))
    return max(accumulate(map(_DEPTH_STEPS.__getitem__, brackets)), default=0) > depth_max


def _worded(error: json.JSONDecodeError, text: str) -> JsonError:
    """The syntax error with Jackson's text."""
    position = error.pos
    if error.msg.startswith("Unterminated string"):
        return JsonError("Unexpected end-of-input: was expecting closing quote for a string value", text, len(text))
    if position >= len(text.rstrip()) and not error.msg.startswith("Invalid"):
        return JsonError(_unfinished(text), text, len(text))
    char = text[position]
    shown = f"('{char}' (code {ord(char)}))"
    if error.msg.startswith("Expecting property name"):
        # After a comma, the standard library gives the position of the comma or of the closing bracket.
        return JsonError(
            f"Unexpected character {shown}: was expecting double-quote to start field name",
            text,
            position,
            position + 1,
        )
    if error.msg.startswith("Expecting ':'"):
        return JsonError(
            f"Unexpected character {shown}: was expecting a colon to separate field name and value",
            text,
            position,
            position + 1,
        )
    if error.msg.startswith("Expecting ','"):
        inside = "Object" if _open_bracket(text[:position]) == "{" else "Array"
        return JsonError(
            f"Unexpected character {shown}: was expecting comma to separate {inside} entries",
            text,
            position,
            position + 1,
        )
    if error.msg.startswith("Invalid control character"):
        return JsonError(
            f"Illegal unquoted character ((CTRL-CHAR, code {ord(char)})): "
            "has to be escaped using backslash to be included in string value",
            text,
            position,
            position + 1,
        )
    if error.msg.startswith("Invalid \\"):
        escaped = text[position + 1 : position + 2]
        code = f" (code {ord(escaped)})" if escaped else ""
        return JsonError(f"Unrecognized character escape '{escaped}'{code}", text, position, position + 2)
    token = _TOKEN.match(text, position)
    if token and (char.isalnum() or char in "_$"):
        return JsonError(f"Unrecognized token '{token.group()}': {_VALUE_EXPECTED}", text, position, token.end())
    return JsonError(
        f"Unexpected character {shown}: expected a valid value {_VALUE_EXPECTED[14:]}", text, position, position + 1
    )


def _unfinished(text: str) -> str:
    bracket = _open_bracket(text)
    if bracket:
        container = "Object" if bracket == "{" else "Array"
        return f"Unexpected end-of-input: expected close marker for {container}"
    return "No content to map due to end-of-input"


def _open_bracket(text: str) -> str:
    """The innermost bracket that is still open at the end of `text`, or the empty string."""
    opened = [""]
    for bracket in _NOT_BRACKET.sub("", _STRING.sub("", text)):
        if bracket in "[{":
            opened.append(bracket)
        elif len(opened) > 1:
            opened.pop()
    return opened[-1]
