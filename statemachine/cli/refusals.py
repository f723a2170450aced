"""How a command is refused, and what it says beside its output: lines on standard error."""

from __future__ import annotations

from typing import IO, Any

import click

from statemachine.safe_text import safe_line


def tell(text: str) -> None:
    """Write a line on standard error. Text of others is made safe."""
    click.echo(f"statemachine: {safe_line(text)}", err=True)


class Refusal(click.ClickException):
    """Ends the command with exit status 2, after writing each line of the text."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the text on standard error."""
        for line in self.message.split("\n"):
            click.echo(f"statemachine: {safe_line(line)}", file=file, err=True)
