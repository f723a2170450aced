"""The input of an execution on the command line: JSON text, or @FILE for the text of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import click

from statemachine.json_text import JsonError, parse, without_java

input_option = click.option("--input", "input_", default="{}", metavar="JSON|@FILE", help="The input (default {}).")


class GivenInput(NamedTuple):
    """An input as JSON text, and its value."""

    text: str
    value: Any


def read_input(given: str) -> GivenInput:
    """The input that was given. Raises click.BadParameter if it is not JSON, or the file does not exist."""
    text = given
    if given.startswith("@"):
        path = Path(given[1:])
        if not path.is_file():
            raise click.BadParameter(f"There is no file '{path}'", param_hint="--input")
        text = read_text(path)
    try:
        return GivenInput(text, parse(text))
    except JsonError as error:
        reason = f"{without_java(error.message)} (line {error.line}, column {error.column})"
        raise click.BadParameter(f"The input is not JSON: {reason}", param_hint="--input") from None


def read_text(file: Path) -> str:
    """The text of a file. Raises click.ClickException if it is not UTF-8 text."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 text (byte {error.start})") from None
