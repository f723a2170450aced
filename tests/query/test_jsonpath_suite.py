"""The JSONPath compliance suite (RFC 9535). EXCLUDED lists the cases in which AWS's older dialect differs.

The suite is no part of this project. It is read below STATEMACHINE_SHARED, and skipped if it is missing.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path as File
from typing import Any

import pytest

from statemachine.query.jsonpath.paths.path import parse_path
from statemachine.query.view import ABSENT, View

SHARED = File(os.environ.get("STATEMACHINE_SHARED", File(__file__).parents[2].parent / "shared"))
SUITE = SHARED / "suites" / "jsonpath-rfc9535-cts.json"
if not SUITE.exists():
    pytest.skip("the JSONPath compliance suite is not here", allow_module_level=True)

EXCLUDED = {
    "functions of RFC 9535 do not exist in the dialect": r"selector:.*\?.*\b(count|length|match|search|value)\s*\(",
    "a union of names gives one object for each match": r"selector:.*\['[a-z]'\s*,\s*'[a-z]'\]",
    "a union holds names or indexes, nothing else": r"name:(basic|filter), multiple selectors(?!, duplicate)",
    "only quotes and backslashes are escaped in names": (
        r"name:name selector, .*(escaped (solidus|backspace|form|line|carriage|tab|☺)|surrogate)"
    ),
    "no blanks between segments": r"name:whitespace, selectors, .* between (root|bracket) and (bracket|dot)",
    "a path inside a filter has names and indexes only": r"name:filter, (non-singular|nested|absolute existence, with)",
    "no brackets behind a negation": r"selector:.*\?\s*!\s*\(",
    "no exponents in filters": r"name:filter, equals number,.* exponent",
    "a filter tests an object itself, not its members": (
        r"name:filter, (existence, without|absolute existence, without|name segment on primitive|object data)"
    ),
    "missing members are not equal": r"name:filter, equals, (absent|empty node list and empty)",
}


def why_excluded(case: dict[str, Any]) -> str | None:
    for reason, pattern in EXCLUDED.items():
        subject, _, regex = pattern.partition(":")
        if re.match(regex, case[subject], re.DOTALL):
            return reason
    return None


VALID = [case for case in json.loads(SUITE.read_text())["tests"] if not case.get("invalid_selector")]
APPLICABLE = [case for case in VALID if why_excluded(case) is None]


def with_brackets(selector: str) -> str:
    """Adds the round brackets that the dialect requires around a filter: `[?@.a]` becomes `[?(@.a)]`."""
    begin = selector.find("?") + 1
    if begin == 0:
        return selector
    depth = 0
    for token in re.finditer(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[\[\]]", selector[begin:]):
        depth += {"[": 1, "]": -1}.get(token.group(), 0)
        if depth < 0:
            end = begin + token.start()
            return f"{selector[:begin]}({selector[begin:end]}){selector[end:]}"
    return selector


@pytest.mark.parametrize("case", APPLICABLE, ids=lambda case: case["name"])
def test_applicable_case(case: dict[str, Any]) -> None:
    path = parse_path(with_brackets(case["selector"]))
    found = path.find(View(case["document"]))
    values = [] if found is ABSENT else [found] if path.definite else found
    wanted = case["results"] if "results" in case else [case["result"]]
    assert json.dumps(values) in [json.dumps(result) for result in wanted]


def test_most_of_the_suite_applies_and_every_exclusion_is_needed() -> None:
    assert len(APPLICABLE) >= 280
    excluded = dict.fromkeys(EXCLUDED, 0)
    for case in VALID:
        reason = why_excluded(case)
        if reason is not None:
            excluded[reason] += 1
    assert all(excluded.values()), excluded
