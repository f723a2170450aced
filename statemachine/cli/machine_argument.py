"""MACHINE on the command line: the name of a state machine, or its ARN."""

from __future__ import annotations

import click

from statemachine.arn import parse_arn
from statemachine.errors import ServiceError


def machine_name(text: str) -> str:
    """The name of the state machine that `text` names. Raises click.BadParameter."""
    if text.startswith("arn:"):
        try:
            return parse_arn(text, "stateMachine").name
        except ServiceError as error:
            raise click.BadParameter(error.message) from None
    if not text or "/" in text:
        raise click.BadParameter(f"'{text}' is neither the name of a state machine nor its ARN")
    return text


machine_argument = click.argument("machine", type=machine_name)
