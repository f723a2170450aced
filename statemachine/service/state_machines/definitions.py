"""Validates and compiles a definition before it is registered. Must not know a host or a catalogue."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from statemachine.core.compile import Machine, compile_machine
from statemachine.core.references import variable_references
from statemachine.errors import ServiceError
from statemachine.json_text import is_same_value, parse
from statemachine.registry.machines import JobText, Revision
from statemachine.validation import errors, invalid_definition, validate


class CheckedDefinition(NamedTuple):
    """A valid definition, what it is compiled to, and the job that it was made from, if any."""

    definition: str
    machine: Machine
    variable_references: dict[str, list[str]]
    job: JobText | None = None

    def revision(self, role_arn: str, created: float) -> Revision:
        """The revision to store; `created` is in epoch seconds."""
        return Revision(
            definition=self.definition,
            role_arn=role_arn,
            created=created,
            variable_references=self.variable_references,
            job=self.job,
        )


def checked_definition(definition: str, type: str) -> CheckedDefinition:
    """Validate and compile a definition. May take a second: call it in a thread.

    Raises ServiceError InvalidDefinition with everything that is wrong, in AWS's words.
    """
    wrong = errors(validate(definition, type))
    if wrong:
        raise ServiceError("InvalidDefinition", invalid_definition(wrong), findings=wrong)
    parsed = parse(definition)
    return CheckedDefinition(definition, compile_machine(parsed), variable_references(parsed))


async def is_same(new: CheckedDefinition | Revision, old: Revision, *, by_value: bool) -> bool:
    """Are both made from the same definition, or from the same job: to the letter, or as JSON values?"""
    if new.definition == old.definition and new.job == old.job:
        return True
    if not by_value or (new.job and new.job.format) != (old.job and old.job.format):
        return False
    texts = (new.definition, old.definition) if new.job is None or old.job is None else (new.job.text, old.job.text)
    # The longest definition takes long to read: not on the event loop.
    return await asyncio.to_thread(is_same_value, *texts)
