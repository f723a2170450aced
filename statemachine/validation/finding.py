"""What is wrong with a definition, and how AWS says it: one finding each, and their joined text.

Knows no rule, no schema and no API.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a member of a definition: names of members and numbers of elements, from the outside in."""

SCHEMA_VALIDATION_FAILED = "SCHEMA_VALIDATION_FAILED"
INVALID_JSON_DESCRIPTION = "INVALID_JSON_DESCRIPTION"
MISSING_DESCRIPTION = "MISSING_DESCRIPTION"
MISSING_TRANSITION_TARGET = "MISSING_TRANSITION_TARGET"
MISSING_END_STATE = "MISSING_END_STATE"
DUPLICATE_STATE_NAME = "DUPLICATE_STATE_NAME"
INVALID_STATE_NAME = "INVALID_STATE_NAME"
DUPLICATE_LABEL_NAME = "DUPLICATE_LABEL_NAME"
INVALID_LABEL_NAME = "INVALID_LABEL_NAME"
TOO_DEEPLY_NESTED = "TOO_DEEPLY_NESTED"
INVALID_JSONATA_EXPRESSION = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED_JSONATA_EXPRESSION = "UNSUPPORTED_JSONATA_EXPRESSION"
NO_DOLLAR = "NO_DOLLAR"
NO_PATH = "NO_PATH"
PASS_RESULT_IS_STATIC = "PASS_RESULT_IS_STATIC"
TOKEN_WITHOUT_TIMEOUT = "TOKEN_WITHOUT_TIMEOUT"
NEVER_MATCHES = "NEVER_MATCHES"
RETRY_OUTLASTS_TIMEOUT = "RETRY_OUTLASTS_TIMEOUT"
NOT_IN_LITERAL = "NOT_IN_LITERAL"

ADVICE = frozenset((TOKEN_WITHOUT_TIMEOUT, NEVER_MATCHES, RETRY_OUTLASTS_TIMEOUT, NOT_IN_LITERAL))
"""Ours: the codes of warnings that AWS does not give."""
WARNINGS = ADVICE | {NO_DOLLAR, NO_PATH, PASS_RESULT_IS_STATIC}
"""The codes that do not block a definition (AWS's: service model); all others are errors."""

REPORTED_MAX = 100
"""How many errors one text names, and how many diagnostics one answer holds (service model: maxResults)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found: `path` leads to the member at fault; `shown` is the place that AWS names, if another."""

    path: Path
    message: str
    code: str = SCHEMA_VALIDATION_FAILED
    shown: Path | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or doubtful, in a definition.

    `code` and `message` are AWS's where AWS's are known. `severity` is ERROR or WARNING. `location` is AWS's place
    (None where AWS names none), `pointer` a JSON Pointer to the member at fault; `line` and `column` say where that
    member stands in the text, counted from 1.
    """

    code: str
    severity: str
    message: str
    location: str | None
    pointer: str
    line: int
    column: int


def location_of(path: Path) -> str:
    """AWS's name of a place, without escapes: `/States/Sort/Choices[0]/Next`; `/` is the definition itself."""
    return "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in path) or "/"


def pointer_to(path: Path) -> str:
    """The JSON Pointer (RFC 6901) of a member."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def finding_line(file: object, finding: Finding, severity: str | None = None) -> str:
    """A finding in one line, in the form that compilers use: `FILE:LINE:COLUMN: severity CODE message (at /pointer)`.

    `file` is shown as it is; `severity` stands for the finding's own where it has a terminal's colours.
    """
    message = " ".join(line.strip() for line in finding.message.splitlines())
    head = f"{file}:{finding.line}:{finding.column}: {severity or finding.severity.lower()}"
    return f"{head} {finding.code} {message} (at {finding.pointer or '/'})"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that block a definition."""
    return [finding for finding in findings if finding.severity == "ERROR"]


def invalid_definition(findings: Iterable[Finding]) -> str:
    """The text of AWS's InvalidDefinition for these findings: the errors, the first REPORTED_MAX of them (recorded:
    `Invalid State Machine Definition: 'CODE: message at location'`, several joined by a comma)."""
    texts = []
    for finding in errors(findings)[:REPORTED_MAX]:
        text = f"{finding.code}: {finding.message}"
        # Jackson's message names the place itself.
        placed = finding.location is None or text.endswith(finding.location)
        texts.append(text if placed else f"{text} at {finding.location}")
    return f"Invalid State Machine Definition: '{', '.join(texts)}'"
