"""All findings about a job, in either format: the JSON, the shape by `schemas/job-*.schema.json`, and the rules.

The codes for JSON and shape are those of definitions in the States Language. Must not compile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from statemachine import json_text
from statemachine.jobs.model import Format
from statemachine.jobs.rules import job_faults, unknown_functions
from statemachine.schema_files import read_schema
from statemachine.tasks.registered import RegisteredNames
from statemachine.validation.finding import (
    INVALID_JSON_DESCRIPTION,
    SCHEMA_VALIDATION_FAILED,
    WARNINGS,
    Fault,
    Finding,
    location_of,
    pointer_to,
)
from statemachine.validation.schema_messages import faults_of
from statemachine.validation.text_positions import locate

CHARACTERS_MAX = 1_048_576
"""How long the text of a job may be."""
FINDINGS_MAX = 100
"""How many findings are reported."""

_MESSAGES: dict[str, Callable[[Any], str]] = {
    "anyOf": lambda value: "A job needs an id or a name",
    "maxItems": lambda value: f"Array has more than {value} elements",
    "maxLength": lambda value: f"Value is longer than {value} characters",
    "pattern": lambda value: f"Value must match {value}",
    "uniqueItems": lambda value: "Array names an element twice",
}
"""Messages for the schema keywords that only jobs use, by keyword; each is given the keyword's value."""


def validate_job(text: str, format: Format, registered: RegisteredNames | None = None) -> list[Finding]:
    """All findings about the text of a job, in the order of their places; never raises.

    A job without errors can be read and compiled. The only warnings are about functions that `registered` does not
    have.
    """
    if len(text) > CHARACTERS_MAX:
        return [_finding_about_job(SCHEMA_VALIDATION_FAILED, f"Job is longer than {CHARACTERS_MAX} characters")]
    try:
        job = json_text.parse(text)
    except json_text.JsonError as error:
        return [
            _finding_about_job(
                INVALID_JSON_DESCRIPTION, json_text.explained(error.message, text), error.line, error.column
            )
        ]
    if not isinstance(job, dict):
        return [_finding_about_job(SCHEMA_VALIDATION_FAILED, "Job must be a JSON object")]
    faults = list(dict.fromkeys(islice(_faults(job, format, registered), FINDINGS_MAX)))
    places = locate(text, {fault.path for fault in faults})
    findings = [
        Finding(
            fault.code,
            "WARNING" if fault.code in WARNINGS else "ERROR",
            fault.message,
            location_of(fault.path),
            pointer_to(fault.path),
            *places[fault.path],
        )
        for fault in faults
    ]
    return sorted(findings, key=lambda finding: (finding.line, finding.column))


def _faults(job: dict[str, Any], format: Format, registered: RegisteredNames | None) -> Iterator[Fault]:
    for error in _validator(format).iter_errors(job):
        keyword: Any = error.validator
        if keyword in _MESSAGES:
            yield Fault(tuple(error.absolute_path), _MESSAGES[keyword](error.validator_value))
        else:
            yield from faults_of(error, ())
    yield from job_faults(job, format)
    if registered is not None:
        yield from unknown_functions(job, registered)


@cache
def _validator(format: Format) -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resource(
        "job-task.schema.json", DRAFT202012.create_resource(_schema("job-task"))
    )
    validator: Draft202012Validator = _Validator(_schema(f"job-{format}"), registry=registry)
    return validator


def _schema(name: str) -> dict[str, Any]:
    """The content of a schema without its `$schema`, for which the library would choose its own validator."""
    schema = read_schema(f"{name}.schema.json")
    return {keyword: value for keyword, value in schema.items() if keyword != "$schema"}


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The keyword `pattern`: `$` is the end of the text, as in JSON Schema, and not the place before a last newline."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _finding_about_job(code: str, message: str, line: int = 1, column: int = 1) -> Finding:
    return Finding(code, "ERROR", message, "/", "", line, column)


_Validator: Any = cast(Any, extend)(Draft202012Validator, {"pattern": _pattern})
