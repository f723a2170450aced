"""How a command is refused: lines on standard error and exit status 2."""

from __future__ import annotations

from typing import IO, Any

import click


class Refusal(click.ClickException):
    """Ends the command with exit status 2, after writing each line of the text."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the text on standard error."""
        for line in self.message.splitlines():
            click.echo(f"statemachine: {line}", file=file, err=True)
