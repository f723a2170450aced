"""Checks a value against the type of its setting. Messages name the place. Must not know a setting or a source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

import msgspec

_MISTAKE_PLACE = " - at `$"


class ConfigError(ValueError):
    """Wrong settings. Each line of the text names the place of one mistake and says what is wrong."""


def checked(value: Any, type_: Any, place: str, *, strict: bool = True) -> Any:
    """`value` as an instance of `type_`. `place` names the value in messages, such as `statemachine.toml: port`.

    Without `strict`, numbers and booleans may be given as text. Raises ConfigError with the place of each mistake.
    """
    if isinstance(value, Mapping):
        value = _checked_members(value, type_, place, strict)
    try:
        return msgspec.convert(value, type_, strict=strict)
    except msgspec.ValidationError as error:
        reason, _, inside = str(error).partition(_MISTAKE_PLACE)
        raise ConfigError(f"{place}{inside.rstrip('`')}: {_plain(reason, type_)}") from None


_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_TYPE = re.compile(r"`([^`]*)`")


def _in_words(found: re.Match[str]) -> str:
    names = [name for name in found[1].split(" | ") if name != "null"]
    return " or ".join(_WORDS[name] for name in names) if _WORDS.keys() >= set(names) else found[0]


def _plain(reason: str, type_: Any) -> str:
    """The library's message in the words of this project, with the values that are allowed."""
    if reason.startswith("Invalid enum value"):
        allowed = [
            value for part in (type_, *get_args(type_)) if get_origin(part) is Literal for value in get_args(part)
        ]
        return f"expected one of {', '.join(allowed)}, got {reason.removeprefix('Invalid enum value ')}"
    text = _TYPE.sub(_in_words, reason)
    text = text.replace(" matching regex ", " that matches ").replace("Expected", "expected", 1)
    return re.sub(r" of length >= 1$", ", not empty", text)


def unknown(name: str, known: Iterable[str], prefix: str = "") -> str:
    """The message about a name that does not exist. It suggests the most similar name. All names have the `prefix`."""
    nearest = get_close_matches(name.removeprefix(prefix), [one.removeprefix(prefix) for one in known], n=1)
    return f"unknown; the nearest name is '{prefix}{nearest[0]}'" if nearest else "unknown"


def _checked_members(members: Mapping[str, Any], type_: Any, place: str, strict: bool) -> dict[str, Any]:
    """The members of a table, each converted to its type. Members are not converted if `type_` is not a table.

    Raises ConfigError with a line for each mistake.
    """
    good, mistakes = {}, []
    for key, member in members.items():
        try:
            good[key] = checked(member, _member_type(type_, key, place), f"{place}.{key}", strict=strict)
        except ConfigError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return good


def _member_type(type_: Any, key: str, place: str) -> Any:
    if get_origin(type_) is dict:
        of_key, of_member = get_args(type_)
        checked(key, of_key, f"{place}.{key}")
        return of_member
    if not (isinstance(type_, type) and issubclass(type_, msgspec.Struct)):
        return Any
    types = {field.name: field.type for field in msgspec.structs.fields(type_)}
    if key not in types:
        raise ConfigError(f"{place}.{key}: {unknown(key, types)}")
    return types[key]
