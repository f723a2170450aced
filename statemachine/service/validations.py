"""Validations: a definition is validated and not registered. Must not know a host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import msgspec

from statemachine.service.answer import Answer
from statemachine.service.large_definitions import DefinitionChecks
from statemachine.tasks.registered import RegisteredNames
from statemachine.validation import Finding, errors, validate
from statemachine.validation.finding import ADVICE, REPORTED_MAX


class Diagnostic(Answer, frozen=True, kw_only=True):
    """One finding as AWS shows it; `severity` is ERROR or WARNING."""

    severity: str
    code: str
    message: str
    location: str | None = None


class PlacedDiagnostic(Diagnostic, frozen=True, kw_only=True):
    """One finding with its JSON Pointer, and its line and column (from 1) if the definition was sent as text."""

    pointer: str
    line: int | None = None
    column: int | None = None


class Validation(Answer, frozen=True, kw_only=True):
    """The answer of ValidateStateMachineDefinition. `result` is OK or FAIL.

    `truncated` says that there are more diagnostics.
    """

    result: str
    diagnostics: list[Diagnostic]
    truncated: bool


class Validations:
    """The verbs on definitions that are not registered. The findings are the answer. They raise
    ServiceError ThrottlingException only.

    `registered` are the names that tasks can use; without them there is no advice on names.
    """

    def __init__(self, checks: DefinitionChecks, registered: RegisteredNames | None = None) -> None:
        self._checks = checks
        self._registered = registered

    async def validate(
        self, *, definition: str, type: str = "STANDARD", severity: str = "ERROR", max_results: int = 0
    ) -> Validation:
        """AWS's answer, without the warnings that AWS does not give.

        `severity` ERROR leaves warnings out. A `max_results` of 0 stands for AWS's 100 (service model).
        """
        return aws_validation(await self._findings(definition, type), severity, max_results)

    async def validate_with_advice(
        self,
        *,
        definition: str,
        type: str = "STANDARD",
        severity: str = "WARNING",
        max_results: int = 0,
        placed: bool = True,
    ) -> Validation:
        """As `validate`, with our own warnings and the pointer of each finding. `placed` adds line and column."""
        findings = await self._findings(definition, type)
        return validation_with_advice(findings, severity, max_results, placed=placed)

    async def _findings(self, definition: str, type: str) -> list[Finding]:
        return await self._checks.run(validate, definition, definition, type, self._registered)


def aws_validation(findings: Sequence[Finding], severity: str = "ERROR", max_results: int = 0) -> Validation:
    """The answer to these findings, as AWS gives it to the letter."""
    known = [finding for finding in findings if finding.code not in ADVICE]
    return _validation(known, severity, max_results, _diagnostic)


def validation_with_advice(
    findings: Sequence[Finding], severity: str = "WARNING", max_results: int = 0, *, placed: bool = True
) -> Validation:
    """The answer to these findings, with our own warnings, and with their places."""
    return _validation(findings, severity, max_results, _placed if placed else pointed)


def _validation(
    findings: Sequence[Finding], severity: str, max_results: int, shape: Callable[[Finding], Diagnostic]
) -> Validation:
    blocking = errors(findings)
    chosen = blocking if severity == "ERROR" else findings
    limit = max_results or REPORTED_MAX
    return Validation(
        result="FAIL" if blocking else "OK",
        diagnostics=[shape(finding) for finding in islice(chosen, limit)],
        truncated=len(chosen) > limit,
    )


def _diagnostic(finding: Finding) -> Diagnostic:
    return Diagnostic(severity=finding.severity, code=finding.code, message=finding.message, location=finding.location)


def _placed(finding: Finding) -> Diagnostic:
    return msgspec.structs.replace(pointed(finding), line=finding.line, column=finding.column)


def pointed(finding: Finding) -> PlacedDiagnostic:
    """A finding with its pointer, without line and column."""
    return PlacedDiagnostic(
        severity=finding.severity,
        code=finding.code,
        message=finding.message,
        location=finding.location,
        pointer=finding.pointer,
    )
