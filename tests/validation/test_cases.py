"""Definitions and all their findings: one file of cases for each part of the States Language.

A case has `text`, a `definition` or one `state`. A `state` stands for a machine with this state as A, and with a
Succeed state B if A leads to B. An expected finding omits the code SCHEMA_VALIDATION_FAILED, and a pointer that equals
the location. It has line and column only if the case is about them. "(recorded)": AWS gave this response.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from statemachine.validation import validate

CASES = Path(__file__).parent / "cases"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in sorted(CASES.glob("*.json"))
        for case in json.loads(file.read_text("utf-8"))
    ]


def text_of(case: dict[str, Any]) -> str:
    if "text" in case:
        text: str = case["text"]
        return text
    if "definition" in case:
        return json.dumps(case["definition"])
    states = {"A": case["state"]}
    if '"B"' in json.dumps(case["state"]):
        states["B"] = {"Type": "Succeed"}
    return json.dumps({"StartAt": "A", "States": states})


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    found = validate(text_of(case), case.get("type", "STANDARD"))
    expected = [
        {"code": "SCHEMA_VALIDATION_FAILED", "pointer": finding["location"], **finding} for finding in case["findings"]
    ]
    asked = [
        {name: getattr(finding, name) for name in wanted} for finding, wanted in zip(found, expected, strict=False)
    ]
    assert asked == expected
    assert len(found) == len(expected), found[len(expected) :]
