"""Every field that a definition may have is read when it is compiled, so that none is accepted and ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from statemachine.core.compile import TYPES, compile_machine
from statemachine.core.retry import compile_retrier
from statemachine.query.jsonata import JSONATA
from statemachine.query.jsonpath import JSONPATH
from statemachine.schema_files import read_schema

ROLE = "arn:aws:iam::111111111111:role/r"
ONE_STATE = {"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}
RULES = {
    "JSONPath": {"Variable": "$.a", "IsPresent": True, "Next": "B"},
    "JSONata": {"Condition": "{% true %}", "Next": "B"},
}
JSONPATH_ONLY = {
    "InputPath": "$", "OutputPath": "$", "ResultPath": "$.r", "Parameters": {}, "ResultSelector": {},
    "ItemsPath": "$.items", "MaxConcurrencyPath": "$.a", "SecondsPath": "$.a", "TimestampPath": "$.a",
    "TimeoutSecondsPath": "$.a", "HeartbeatSecondsPath": "$.a", "ErrorPath": "$.a", "CausePath": "$.a", "Result": 1,
}  # fmt: skip
JSONATA_ONLY = {"Arguments": {}, "Items": [1], "Output": {}}
VALUES = {
    "Assign": {"v": 1}, "Branches": [ONE_STATE], "Catch": [], "Cause": "c",
    "Credentials": {"RoleArn": ROLE}, "Default": "B", "Error": "e", "HeartbeatSeconds": 1, "ItemProcessor": ONE_STATE,
    "ItemSelector": {}, "Iterator": ONE_STATE, "MaxConcurrency": 1, "Next": "B", "QueryLanguage": "JSONPath",
    "Resource": "arn:aws:states:::lambda:invoke", "Retry": [], "Seconds": 1, "TimeoutSeconds": 1,
    "Timestamp": "2030-01-01T00:00:00Z", **JSONPATH_ONLY, **JSONATA_ONLY,
}  # fmt: skip
NEVER_READ = {
    "Comment": "it is for people",
    "End": "a state without Next ends",
    "Version": "validation allows 1.0 only",
    "ItemReader": "an inline Map does not have it (recorded)",
    "ItemBatcher": "an inline Map does not have it (recorded)",
    "ResultWriter": "an inline Map does not have it (recorded)",
    "Label": "an inline Map has no Map Run that would show it",
    **dict.fromkeys(
        (
            "ToleratedFailureCount",
            "ToleratedFailureCountPath",
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
        ),
        "an inline Map tolerates no failure; validation warns",
    ),
}
"""The fields that no code reads, and why that loses nothing."""


class Recording(Mapping[str, Any]):
    """A JSON object that notes the names of the members that were asked for."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)  # also for `in` and `get`
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def state_with(name: str, type: str, language: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A state with that field and no other form of it, and with what its type requires."""
    needed = {"Resource": VALUES["Resource"], "Branches": [ONE_STATE], "Choices": [RULES[language]]}
    needed |= {} if name == "Iterator" else {"ItemProcessor": ONE_STATE}
    needed |= {} if name in ("SecondsPath", "Timestamp", "TimestampPath") else {"Seconds": 1}
    required = {member: value for member, value in needed.items() if member in schema}
    return {name: VALUES.get(name), **required, "Type": type, "QueryLanguage": language}


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
@pytest.mark.parametrize("type", TYPES)
def test_every_field_of_a_state_is_read(type: str, language: str) -> None:
    schema = read_schema(f"{type.lower()}-state.schema.json")["properties"]
    other = JSONATA_ONLY if language == "JSONPath" else JSONPATH_ONLY
    for name in schema.keys() - NEVER_READ.keys() - other.keys():
        state = Recording(state_with(name, type, language, schema))
        compile_machine({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}})
        assert name in state.read, f"{name} of a {type} is read by no code"


def test_every_field_of_a_state_machine_is_read() -> None:
    given = Recording({"QueryLanguage": "JSONPath", "TimeoutSeconds": 5, "Version": "1.0", "Comment": "c", **ONE_STATE})
    compile_machine(given)
    assert read_schema("state-machine.schema.json")["properties"].keys() == given.read | {"Comment", "Version"}


def test_every_field_of_a_retrier_is_read() -> None:
    retrier = Recording({"ErrorEquals": ["States.ALL"]})
    compile_retrier(retrier)
    assert read_schema("retrier.schema.json")["properties"].keys() == retrier.read | {"Comment"}


@pytest.mark.parametrize(
    ("language", "fields"),
    [
        (JSONPATH, {"ResultPath": "$.e", "Assign": {"v": 1}}),
        (JSONATA, {"Output": 1, "Assign": {"v": 1}}),
    ],
    ids=["JSONPath", "JSONata"],
)
def test_every_field_of_a_catcher_is_read(language: Any, fields: dict[str, Any]) -> None:
    catcher = Recording(fields)
    language.dataflow(catcher, "Catch", "Catch[0]")
    assert fields.keys() <= catcher.read
    of_catchers = {"Comment", "ErrorEquals", "Next", "ResultPath", "Output", "Assign"}
    assert read_schema("catcher.schema.json")["properties"].keys() == of_catchers
