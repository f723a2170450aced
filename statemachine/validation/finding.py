"""Findings: errors and warnings about a definition, and AWS's text for them.

Knows no rule, no schema and no API.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from statemachine.json_text import explained, marked_line

Path = tuple[str | int, ...]
"""The path to a member of a definition: names of members and indexes of elements, from the outside in."""

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
NOT_REGISTERED = "NOT_REGISTERED"
PLACEHOLDER = "PLACEHOLDER"
WITHOUT_EFFECT = "WITHOUT_EFFECT"

ADVICE = frozenset(
    {
        *(TOKEN_WITHOUT_TIMEOUT, NEVER_MATCHES, RETRY_OUTLASTS_TIMEOUT, NOT_IN_LITERAL),
        *(NOT_REGISTERED, PLACEHOLDER, WITHOUT_EFFECT),
    }
)
"""Ours: the codes of warnings that AWS does not give."""
WARNINGS = ADVICE | {NO_DOLLAR, NO_PATH, PASS_RESULT_IS_STATIC}
"""The codes of warnings (AWS's: service model). All other codes are errors."""

REPORTED_MAX = 100
"""How many errors a text names, and how many diagnostics a response holds (service model: maxResults)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The result of a rule. `path` leads to the wrong member. `shown` is the place that AWS names, if it differs; AWS
    names none at all if not `placed`."""

    path: Path
    message: str
    code: str = SCHEMA_VALIDATION_FAILED
    shown: Path | None = None
    placed: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One error or warning about a definition.

    `code` and `message` are AWS's if they are known. `severity` is ERROR or WARNING. `location` is the place in AWS's
    form, or None if AWS names no place. `pointer` is a JSON Pointer to the wrong member. `line` and `column` are the
    place of that member in the text, counted from 1.
    """

    code: str
    severity: str
    message: str
    location: str | None
    pointer: str
    line: int
    column: int


def location_of(path: Path) -> str:
    """AWS's form of a place, without escapes: `/States/Sort/Choices[0]/Next`. `/` is the definition itself."""
    return "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in path) or "/"


def pointer_to(path: Path) -> str:
    """The JSON Pointer (RFC 6901) of a member."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def finding_lines(file: object, finding: Finding, text: str) -> list[str]:
    """A finding about `text`, in the form of compilers: `FILE:LINE:COLUMN: severity CODE message (at /pointer)`.

    `file` is printed as `str` gives it. If the text is not JSON, the message says it for people, and the line of the
    text follows, with a mark below its column.
    """
    message = finding.message if finding.location is None else finding.message.removesuffix(f"\n at {finding.location}")
    head = f"{file}:{finding.line}:{finding.column}: {finding.severity.lower()} {finding.code}"
    if finding.code == INVALID_JSON_DESCRIPTION:
        marked = marked_line(text, finding.line, finding.column)
        return [f"{head} {explained(message, text)}", *(f"  {line}" for line in marked)]
    return [f"{head} {' '.join(line.strip() for line in message.splitlines())} (at {finding.pointer or '/'})"]


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that make a definition invalid."""
    return [finding for finding in findings if finding.severity == "ERROR"]


def invalid_definition(findings: Iterable[Finding]) -> str:
    """The text of AWS's InvalidDefinition for the first REPORTED_MAX errors of these findings.

    Recorded: `Invalid State Machine Definition: 'CODE: message at location'`, where a missing location is `null`.
    Several errors are joined by a comma.
    """
    texts = []
    for finding in errors(findings)[:REPORTED_MAX]:
        text = f"{finding.code}: {finding.message}"
        place = "null" if finding.location is None else finding.location
        # Jackson's message already names the place.
        texts.append(text if text.endswith(f" at {place}") else f"{text} at {place}")
    return f"Invalid State Machine Definition: '{', '.join(texts)}'"
