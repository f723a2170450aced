"""Text that is given on the command line or in a file: inputs and definitions, and what is said if it is not JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import click

from statemachine.cli.refusals import Refusal
from statemachine.json_text import JsonError, explained, marked_line, parse

STANDARD_INPUT = "-"

input_option = click.option(
    "--input",
    "input_",
    default="{}",
    metavar="JSON|@FILE|-",
    help="The input (default {}); @FILE is the content of a file, - is standard input.",
)


class GivenInput(NamedTuple):
    """An input as JSON text, and its value."""

    text: str
    value: Any


def read_input(given: str, option: str = "--input") -> GivenInput:
    """The value that was given as an option. Raises Refusal if it is not JSON or the file cannot be read."""
    name, text = option, given
    if given == STANDARD_INPUT or given.startswith("@"):
        file = given.removeprefix("@")
        name, text = ("standard input" if file == STANDARD_INPUT else file), read_text(file)
    try:
        return GivenInput(text, parse(text))
    except JsonError as error:
        if text is given and _names_a_file(given):
            raise Refusal(f"{option} {given} is not JSON; for the content of the file: {option} @{given}") from None
        reason = f"{name}:{error.line}:{error.column}: not JSON: {explained(error.message, text)}"
        raise Refusal(
            "\n".join((reason, *(f"  {line}" for line in marked_line(text, error.line, error.column))))
        ) from None


def read_object(file: str) -> dict[str, Any]:
    """The JSON object in a file, or of standard input for `-`. Raises Refusal."""
    value = read_input(f"@{file}", file).value
    if not isinstance(value, dict):
        raise Refusal(f"{file}: a JSON object is expected")
    return value


def read_text(file: str | Path) -> str:
    """The text of a file, or of standard input for `-`. Raises Refusal if it is not UTF-8 text or cannot be read."""
    try:
        data = sys.stdin.buffer.read() if str(file) == STANDARD_INPUT else Path(file).read_bytes()
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(f"{file} is not UTF-8 text (byte {error.start})") from None
    except FileNotFoundError:
        raise Refusal(f"There is no file '{file}'") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise Refusal(f"{file}: {getattr(error, 'strerror', None) or error}") from None


def _names_a_file(text: str) -> bool:
    try:
        return Path(text).is_file() or text.endswith(".json")
    except (OSError, ValueError):
        return False
