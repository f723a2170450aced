"""The Python code of JSONata's own functions that an evaluator gets wrong. The results are those of jsonata 2.0.6.

Pure. Arguments and results are as in `host_functions`.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from statemachine.query.jsonata.evaluation.host_functions import Refused, Surroundings
from statemachine.query.jsonata.evaluation.numbers import plain
from statemachine.query.jsonata.evaluation.texts import text_of
from statemachine.query.view import ABSENT

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"0([xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?")

_UNESCAPED = "-_.!~*'()"
_RESERVED = ";/?:@&=+$,#"
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000
_YEAR_ZERO = -62_167_219_200_000
_YEAR_ONE_HUNDRED = -59_011_459_200_000
_400_YEARS = 146_097 * _DAY


def number(surroundings: Surroundings, value: Any) -> Any:
    """$number: texts are numbers as in JSON, without blanks, or whole numbers in base 2, 8 or 16."""
    if value is None:
        return ABSENT
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    if _OTHER_BASE.fullmatch(value):
        return int(value, 0)
    result = float(value) if _NUMBER.fullmatch(value) else float("inf")
    if result in (float("inf"), float("-inf")):
        raise _failed("D3030", value=value)
    return plain(result)


def format_base(surroundings: Surroundings, value: Any, radix: Any) -> Any:
    """$formatBase: the nearest whole number, a half to the even one, in a base from 2 to 36."""
    if value is None:
        return ABSENT
    base = 10 if radix is None else round(radix)
    if not 2 <= base <= 36:
        raise _failed("D3100", value=base)
    rest = abs(round(value))
    if base == 10:
        return str(plain(float(round(value))))
    digits = ""
    while rest:
        rest, digit = divmod(rest, base)
        digits = _DIGITS[digit] + digits
    return ("-" if round(value) < 0 else "") + (digits or "0")


def large_number(surroundings: Surroundings, value: Any, picture: Any, formatted: Any) -> Any:
    """$formatNumber from 1e21 on, where the digits are those of `1e+21`. `formatted` has five ones in their place."""
    if value is None:
        return ABSENT
    scaled = abs(value) * (100 if "%" in picture else 1000 if "‰" in picture else 1)
    characters = iter(str(plain(float(scaled))))
    return "".join(next(characters, "") if character == "1" else character for character in formatted)


def whole_millis(surroundings: Surroundings, millis: Any) -> Any:
    """The time for $fromMillis: without its fraction."""
    return ABSENT if millis is None else int(millis)


def to_millis(surroundings: Surroundings, text: Any, picture: Any, millis: Any) -> Any:
    """$toMillis: `millis` is the time with 00:00 instead of 24:00. In a picture, the years 0 to 99 are in the 20th
    century, as in JavaScript."""
    if text is None or millis is None:
        return ABSENT
    if picture is None:
        return millis + _DAY if "T24:00:00" in text else millis
    if not _YEAR_ZERO <= millis < _YEAR_ONE_HUNDRED:
        return millis
    # Python has no year 0. 400 years later the calendar is the same.
    date = _EPOCH + timedelta(milliseconds=millis + _400_YEARS)
    first = datetime(date.year + 1500, date.month, 1, tzinfo=UTC)
    since = date - datetime(date.year, date.month, 1, tzinfo=UTC)
    return (first + since - _EPOCH) // timedelta(milliseconds=1)


def base64_decode(surroundings: Surroundings, text: Any) -> Any:
    """$base64decode: a text that is not Base64 is an error without a code (seen on AWS)."""
    if text is None:
        return ABSENT
    if not _BASE64.fullmatch(text):
        raise Refused("The argument of $base64decode is not Base64")
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)).decode("utf-8", "replace")


def encode_url(surroundings: Surroundings, text: Any) -> Any:
    """$encodeUrl, as JavaScript's encodeURI."""
    return _encoded(text, "encodeUrl", _UNESCAPED + _RESERVED)


def encode_url_component(surroundings: Surroundings, text: Any) -> Any:
    """$encodeUrlComponent, as JavaScript's encodeURIComponent."""
    return _encoded(text, "encodeUrlComponent", _UNESCAPED)


def decode_url(surroundings: Surroundings, text: Any) -> Any:
    """$decodeUrl, as JavaScript's decodeURI: the escapes of reserved characters stay."""
    return _decoded(text, "decodeUrl", _RESERVED)


def decode_url_component(surroundings: Surroundings, text: Any) -> Any:
    """$decodeUrlComponent, as JavaScript's decodeURIComponent."""
    return _decoded(text, "decodeUrlComponent", "")


def _encoded(text: Any, function: str, safe: str) -> Any:
    if text is None:
        return ABSENT
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise _failed("D3140", functionName=function, value=text) from None


def _decoded(text: Any, function: str, kept: str) -> Any:
    if text is None:
        return ABSENT
    if "%" in _ESCAPES.sub("", text):
        raise _failed("D3140", functionName=function, value=text)
    escapes = {character: f"%{ord(character):02X}" for character in kept}

    def decode(match: re.Match[str]) -> str:
        units = re.findall("...", match[0])
        whole = unquote_to_bytes(match[0]).decode("utf-8")
        stays = iter(units)
        found = ""
        for character in whole:
            unit = [next(stays) for _ in range(len(character.encode()))]
            found += "".join(unit) if character in escapes else character
        return found

    try:
        return _ESCAPES.sub(decode, text)
    except UnicodeDecodeError:
        raise _failed("D3140", functionName=function, value=text) from None


def _failed(code: str, **values: Any) -> Refused:
    return Refused(f"{code}: {text_of(code, values)}")
