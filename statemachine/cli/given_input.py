"""The input of an execution on the command line: JSON text, or @FILE for the text of a file."""

from __future__ import annotations

from pathlib import Path

import click

input_option = click.option("--input", "input_", default="{}", metavar="JSON|@FILE", help="The input (default {}).")


def read_input(given: str) -> str:
    """The JSON text of an input. Raises click.BadParameter if there is no such file."""
    if not given.startswith("@"):
        return given
    path = Path(given[1:])
    if not path.is_file():
        raise click.BadParameter(f"{path} is no file", param_hint="--input")
    return read_text(path)


def read_text(file: Path) -> str:
    """The text of a file. Raises click.ClickException if it is no UTF-8 text."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: no UTF-8 text (byte {error.start})") from None
