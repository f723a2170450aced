"""`validate` accepts any text without an exception, and every definition without errors can be compiled."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from statemachine.core.compile import compile_machine
from statemachine.service.validations import aws_validation
from statemachine.validation import errors, invalid_definition, validate, validate_state
from statemachine.validation.finding import Path
from tests.validation.test_cases import cases, text_of


def parsed(text: str) -> Any:
    with contextlib.suppress(ValueError):
        return json.loads(text)
    return None


SEEDS = [seed for seed in (parsed(text_of(case.values[0])) for case in cases()) if isinstance(seed, dict)]
NAMES = sorted({name for seed in SEEDS for name in json.dumps(seed).split('"') if name[:1].isupper()})
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**300,
    1e308,
    "",
    "$",
    "$.a",
    "$$.a",
    "$v",
    "$..a",
    "{% 1 %}",
    "{% 1",
    "States.UUID()",
]
ODD += ["States.ALL", "2016-12-05T21:29:29Z", "n" * 81, [], {}, [None], [{}], {"a.$": "$.a"}, {"a.$": 1}]
EVERY = settings(deadline=None, max_examples=200)
JSON = st.recursive(
    st.sampled_from(ODD) | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=30,
)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield (*path, step)
        yield from paths(member, (*path, step))


@st.composite
def mutants(draw: st.DrawFn) -> Any:
    """A definition of a case with a few members removed, renamed, replaced or added."""
    definition = copy.deepcopy(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(paths(definition))
        if not places:
            break
        *way, step = draw(st.sampled_from(places))
        holder = definition
        for outer in way:
            holder = holder[outer]
        change = draw(st.sampled_from(["remove", "replace", "rename", "add"]))
        if change == "replace" or isinstance(holder, list):
            holder[step] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif change == "remove":
            del holder[step]
        elif change == "rename":
            holder[draw(st.sampled_from(NAMES))] = holder.pop(step)
        else:
            holder[draw(st.sampled_from(NAMES))] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return definition


def check(text: str, type: str = "STANDARD") -> None:
    found = validate(text, type)
    validate_state(text)
    aws_validation(found, "WARNING")
    lines = text.split("\n")
    for finding in found:
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1
    if errors(found):
        assert invalid_definition(found).startswith("Invalid State Machine Definition: '")
    else:
        compile_machine(json.loads(text))


@EVERY
@given(st.text())
def test_any_text(text: str) -> None:
    check(text)


@EVERY
@given(JSON, st.sampled_from([None, 2]))
def test_any_json(value: Any, indent: int | None) -> None:
    check(json.dumps(value, indent=indent))


@EVERY
@given(mutants(), st.sampled_from(["STANDARD", "EXPRESS"]))
def test_any_mutant_of_a_definition(definition: Any, type: str) -> None:
    check(json.dumps(definition), type)


@EVERY
@given(mutants(), st.data())
def test_any_broken_text(definition: Any, data: st.DataObject) -> None:
    text = json.dumps(definition)
    cut, end = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))
    check(text[:cut] + data.draw(st.sampled_from(["", "{", "]", '"', "\\", ",", "\ud800", "\n"])) + text[end:])
