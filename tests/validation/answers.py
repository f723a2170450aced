"""Findings in the forms of the APIs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from statemachine.api.render import aws_json
from statemachine.json_text import load
from statemachine.service.validations import aws_validation, validation_with_advice
from statemachine.validation import Finding


def diagnostics(findings: Sequence[Finding], severity: str = "ERROR", limit: int = 0) -> Any:
    """The response of ValidateStateMachineDefinition."""
    return load(aws_json(aws_validation(findings, severity, limit)))


def report(findings: Sequence[Finding], severity: str = "WARNING", limit: int = 0) -> Any:
    """The response of our own API, with places."""
    return load(aws_json(validation_with_advice(findings, severity, limit)))
