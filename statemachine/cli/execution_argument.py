"""EXECUTION on the command line: MACHINE/NAME, MACHINE:NAME as the log has it, or the ARN of an execution."""

from __future__ import annotations

from typing import NamedTuple

import click

from statemachine.arn import parse_arn
from statemachine.errors import ServiceError
from statemachine.safe_text import safe_line


class ExecutionName(NamedTuple):
    """The name of an execution's state machine, and the execution's own name."""

    machine: str
    name: str

    @property
    def path(self) -> tuple[str, str, str]:
        """The path of the execution below /api/v1."""
        return ("executions", *self)

    def __str__(self) -> str:
        return f"{self.machine}/{self.name}"


def execution_name(text: str) -> ExecutionName:
    """The execution that `text` names. Raises click.BadParameter if it has none of the three forms."""
    if text.startswith("arn:"):
        try:
            arn = parse_arn(text, "execution")
        except ServiceError as error:
            raise click.BadParameter(error.message) from None
        return ExecutionName(arn.name, arn.qualifier)
    machine, separator, name = text.partition("/" if "/" in text else ":")
    if not machine or not name or "/" in name or ":" in name:
        message = f"'{safe_line(text)}' is neither MACHINE/NAME, such as order/first, nor an execution's ARN"
        if not separator and text:
            message += "; `statemachine list` shows the executions"
        raise click.BadParameter(message)
    return ExecutionName(machine, name)


execution_argument = click.argument("execution", type=execution_name)
