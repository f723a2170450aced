"""The sources of settings, from strong to weak: options, environment variables, one TOML file, defaults.

Only this module reads the file. Must not know a setting by its name, except `functions`, which has two forms.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_origin

import msgspec

from statemachine.config.settings import ENVIRONMENT, Settings
from statemachine.config.values import ConfigError, checked, unknown
from statemachine.json_text import marked_line

FILE_NAME = "statemachine.toml"
"""The file in the working directory, read if no other file is named."""
FILE_VARIABLE = "STATEMACHINE_CONFIG"
DEFAULT = "default"
_OF_KUBERNETES = re.compile(r"tcp://[^/]*$")
"""A value that Kubernetes gives in STATEMACHINE_PORT to every container, for a service named `statemachine`."""
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")

_TYPES = {field.name: field.type for field in msgspec.structs.fields(Settings)}


class SettingsWithOrigins(NamedTuple):
    """The settings in force. `origins` holds the source of each: an option, a variable, a file or DEFAULT."""

    settings: Settings
    origins: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    """A value for a setting. `place` names it in messages. `text` says that numbers are given as text."""

    name: str
    value: Any
    origin: str
    place: str
    text: bool = False


def read_settings(
    environment: Mapping[str, str], options: Mapping[str, Any], config_file: str | None = None
) -> Settings:
    """As `read_settings_with_origins`, without the origins."""
    return read_settings_with_origins(environment, options, config_file).settings


def read_settings_with_origins(
    environment: Mapping[str, str], options: Mapping[str, Any], config_file: str | None = None
) -> SettingsWithOrigins:
    """The settings from all sources. `options` are by the names of settings; an option that was not given is None.

    The file is `config_file`, else the file that STATEMACHINE_CONFIG names, else ./statemachine.toml if it exists.
    Raises ConfigError with a line for each mistake, even if another source overrides the wrong value.
    """
    values: dict[str, Any] = {}
    origins = dict.fromkeys(_TYPES, DEFAULT)
    mistakes: list[str] = []
    for found in (
        *_from_file(environment, config_file),
        *_from_environment(environment),
        *_from_options(options),
    ):
        try:
            values[found.name] = _value(found)
            origins[found.name] = found.origin
        except ConfigError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return SettingsWithOrigins(Settings(**values), origins)


def _value(found: _Found) -> Any:
    """The value of a setting. Raises ConfigError."""
    if found.name not in _TYPES:
        raise ConfigError(f"{found.place}: {unknown(found.name, _TYPES)}")
    value = found.value
    if found.name == "functions" and isinstance(value, Mapping):
        value = _functions(found)
    elif get_origin(_TYPES[found.name]) is tuple:
        value = _separated(found)
    return checked(value, _TYPES[found.name], found.place, strict=not found.text)


def _functions(found: _Found) -> Any:
    """The functions of a table as a list. Raises ConfigError."""
    for name, target in found.value.items():
        if not isinstance(target, str) or not all(target.rpartition(":")):
            raise ConfigError(f"{found.place}.{name}: Expected `module:attribute`, got {target!r}")
    return [f"{name}={target}" for name, target in found.value.items()]


def _separated(found: _Found) -> Any:
    """A list of texts, in which each text may hold several with commas between them."""
    given = (found.value,) if found.text else found.value
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) for text in given):
        return found.value
    return [part.strip() for text in given for part in text.split(",")]


def _from_file(environment: Mapping[str, str], config_file: str | None) -> Iterable[_Found]:
    named_by = "--config" if config_file else FILE_VARIABLE
    path = config_file or environment.get(FILE_VARIABLE)
    if not path:
        if not Path(FILE_NAME).exists():
            return
        named_by, path = "", FILE_NAME
    for name, value in _document(path, f"{named_by} {path}".strip()).items():
        yield _Found(name, value, path, f"{path}: {name}")


def _document(path: str, place: str) -> dict[str, Any]:
    """The tables of a TOML file. Raises ConfigError."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise ConfigError(f"{place}: {error.strerror}") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_not_toml(path, text, str(error))) from None


def _not_toml(path: str, text: str, reason: str) -> str:
    """The mistake with its place, and its line with a mark. The library tells the place in its text."""
    found = _PLACE.search(reason)
    if found is None:  # at the end of the document
        return f"{path}: not TOML: {reason}"
    line, column = int(found[1]), int(found[2])
    shown, mark = marked_line(text, line, column)
    return f"{path}:{line}:{column}: not TOML: {reason[: found.start()].strip()}\n  {shown}\n  {mark}"


def _from_environment(environment: Mapping[str, str]) -> Iterable[_Found]:
    found = {}
    for variable, name in ENVIRONMENT.items():
        if environment.get(variable) and not _OF_KUBERNETES.match(environment[variable]):
            found[name] = _Found(name, environment[variable], variable, variable, text=True)
    return found.values()


def _from_options(options: Mapping[str, Any]) -> Iterable[_Found]:
    for name, value in options.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            yield _Found(name, value, option, option)
