"""Definitions and all that `validate` finds in them: one file of cases per part of the States Language.

A case holds `text`, a `definition`, or one `state`, which stands for a machine with a state A, and a Succeed state B
where A leads to it. Of an expected finding, the code SCHEMA_VALIDATION_FAILED and a pointer equal to the location are
left out; line and column stand only where they are what is tested. "(recorded)": AWS answered so.
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
