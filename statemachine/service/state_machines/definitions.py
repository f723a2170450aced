"""Validates and compiles a definition before it is registered. Must not know a host or a catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from statemachine.core.compile import Machine, compile_machine
from statemachine.core.references import variable_references
from statemachine.errors import ServiceError
from statemachine.json_text import is_same_value, parse
from statemachine.registry.machines import JobText, Revision
from statemachine.tasks.registered import RegisteredNames
from statemachine.validation import Finding, errors, invalid_definition, validate
from statemachine.validation.finding import PLACEHOLDER


class CheckedDefinition(NamedTuple):
    """A valid definition, what it is compiled to, the job that it was made from, if any, and warnings about it."""

    definition: str
    machine: Machine
    variable_references: dict[str, list[str]]
    job: JobText | None = None
    warnings: Sequence[Finding] = ()

    def revision(self, role_arn: str, created: float) -> Revision:
        """The revision to store; `created` is in epoch seconds."""
        return Revision(
            definition=self.definition,
            role_arn=role_arn,
            created=created,
            variable_references=self.variable_references,
            job=self.job,
        )


def checked_definition(definition: str, type: str, registered: RegisteredNames | None = None) -> CheckedDefinition:
    """Validate and compile a definition. May take a second: call it in a thread.

    Raises ServiceError InvalidDefinition with everything that is wrong, in AWS's words. Its findings also say where a
    placeholder was not substituted.
    """
    findings = validate(definition, type, registered)
    wrong = errors(findings)
    if wrong:
        told = [finding for finding in findings if finding in wrong or finding.code == PLACEHOLDER]
        raise ServiceError("InvalidDefinition", invalid_definition(wrong), findings=told)
    parsed = parse(definition)
    compiled, references = compile_machine(parsed), variable_references(parsed)
    return CheckedDefinition(definition, compiled, references, warnings=findings)


async def is_same(new: CheckedDefinition | Revision, old: Revision, *, by_value: bool) -> bool:
    """Are both made from the same definition, or from the same job: to the letter, or as JSON values?"""
    if new.definition == old.definition and new.job == old.job:
        return True
    if not by_value or (new.job and new.job.format) != (old.job and old.job.format):
        return False
    texts = (new.definition, old.definition) if new.job is None or old.job is None else (new.job.text, old.job.text)
    # The longest definition takes long to read: not on the event loop.
    return await asyncio.to_thread(is_same_value, *texts)
