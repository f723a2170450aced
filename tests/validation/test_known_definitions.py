"""Definitions from other sources: a corpus, probes of one rule each, and definitions with recorded responses of AWS.

They are read from the folder that STATEMACHINE_SHARED names, and skipped without it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statemachine.validation import errors, invalid_definition, validate, validate_state
from tests.validation.answers import diagnostics

SHARED = Path(os.environ.get("STATEMACHINE_SHARED", Path(__file__).parents[3] / "shared"))
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared definitions are not here")

JUDGED_OTHERWISE = {
    "accelerated-intelligent-docu--workflow--8eeb0c26": "a name stands where an expression had a placeholder",
    "asl-validator--invalid-json-surround-syntax-extra-spaces--77c663d4": "blanks inside {% %} are free",
    "asl-validator--invalid-jsonata-surround-syntax-no-spaces--9c972742": "blanks inside {% %} are free",
    "asl-validator--valid-assign--49f50e2a": "`top-level` is no identifier",
    "asl-validator--valid-task-credentials--0faf61ce": "Credentials without RoleArn: recorded as refused",
    "cfn-lint--test-state-machine-definition-test-functions--3c462a93": "Credentials without RoleArn",
    "statelint--has-dupes--be478747": "a state name occurs twice",
    "step--bad-path--7ba44200": "its ResultPath is no path",
    "step-functions-agent--state-machine-definition--3f71590f": "ItemReader and ResultWriter in an INLINE Map",
}
"""Definitions whose verdict in the corpus is its author's opinion and contradicts AWS's rules."""


def corpus() -> list[Any]:
    if not SHARED.is_dir():
        return []
    items = json.loads((SHARED / "corpus" / "manifest.json").read_text("utf-8"))["items"]
    return [pytest.param(item, id=item["id"]) for item in items if not item.get("contested")]


def probes() -> list[Any]:
    if not SHARED.is_dir():
        return []
    found = json.loads((SHARED / "corpus" / "micro-probes.json").read_text("utf-8"))
    return [pytest.param(probe, id=name) for name, probe in found.items()]


@needs_shared
@pytest.mark.parametrize("item", corpus())
def test_corpus(item: dict[str, Any]) -> None:
    text = (SHARED / "corpus" / item["file"]).read_text("utf-8")
    expected = item["expected"]["verdict"] == "valid"
    if item["id"] in JUDGED_OTHERWISE:
        expected = not expected
    assert (not errors(validate(text))) == expected, invalid_definition(validate(text))


@needs_shared
@pytest.mark.parametrize("probe", probes())
def test_probe(probe: dict[str, Any]) -> None:
    assert (not errors(validate(json.dumps(probe["definition"])))) == (probe["expected"] == "valid")


def recorded_calls() -> Iterator[Any]:
    for file in sorted((SHARED / "conformance" / "cases").glob("*.json")) if SHARED.is_dir() else ():
        recorded = json.loads(file.read_text("utf-8"))
        for number, call in enumerate(recorded["calls"]):
            if "definition" in call.get("params", {}):
                yield pytest.param(call, id=f"{recorded['id']} [{number}]")


def without_placeholders(text: str) -> str:
    text = re.sub(r"\$\{role:\d+\}", "arn:aws:iam::111111111111:role/r", text)
    text = re.sub(r"\$\{call:[^}]*ctivityArn[^}]*\}", "arn:aws:states:us-east-1:111111111111:activity:a", text)
    text = re.sub(r"\$\{call:[^}]*\}", "arn:aws:states:us-east-1:111111111111:stateMachine:m", text)
    return re.sub(r"\$\{\w+(:\d+)?\}", "x1", text)


def answer(call: dict[str, Any]) -> Any:
    """AWS's response: the text of InvalidDefinition, the diagnostics, or None if AWS accepted the definition."""
    for check in call.get("checks", ()):
        expected = check["expected"]
        if not isinstance(expected, dict):
            continue
        if "diagnostics" in expected:
            return {name: expected[name] for name in ("result", "diagnostics", "truncated")}
        if expected.get("Error", {}).get("Code") == "InvalidDefinition":
            return expected["Error"]["Message"]
        if expected.get("exception_typename") == "InvalidDefinition":
            return expected["exception_value"].partition("operation: ")[2]
    return None


@needs_shared
@pytest.mark.parametrize("call", list(recorded_calls()))
def test_recorded(call: dict[str, Any]) -> None:
    text = without_placeholders(call["params"]["definition"])
    whole = call["operation"] != "TestState" or "stateName" in call["params"]
    found = validate(text, call["params"].get("type") or "STANDARD") if whole else validate_state(text)
    expected = answer(call)
    if isinstance(expected, dict):
        assert diagnostics(found) == expected
    elif expected is None or expected.startswith("TestState API"):  # a refusal of another parameter
        assert errors(found) == []
    elif expected.startswith("⟦*"):  # any message
        assert errors(found)
    else:
        assert invalid_definition(found) == expected
