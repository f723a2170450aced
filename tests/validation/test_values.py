"""The values that each field accepts, and the messages for refused values, as a table (values.json).

`objects` are objects with fields, inside definitions that are valid except for fields that may be missing. A row names
fields of one object, the values that they accept, and by message the values that they refuse. `required` lists the
required fields of an object.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from statemachine.validation import validate
from statemachine.validation.finding import pointer_to

TABLE = json.loads((Path(__file__).parent / "values.json").read_text("utf-8"))
CASES = [(row, field) for row in TABLE["values"] for field in row["fields"]]


def object_of(type: str) -> tuple[dict[str, Any], dict[str, Any], list[str | int]]:
    """A definition with an object of that type, the object, and its path."""
    found = TABLE["objects"][type]
    definition = copy.deepcopy(found["definition"])
    holder = definition
    for step in found["at"]:
        holder = holder[step]
    return definition, holder, found["at"]


def messages(definition: dict[str, Any], *path: str | int) -> list[str]:
    """The messages about the member at that path."""
    found = validate(json.dumps(definition))
    return [finding.message for finding in found if finding.pointer == pointer_to(path)]


def said_of(type: str, field: str, value: Any) -> list[str]:
    """The messages about a field with that value."""
    definition, holder, path = object_of(type)
    holder[field] = value
    return messages(definition, *path, field)


@pytest.mark.parametrize(("row", "field"), CASES, ids=[f"{row['in']}: {field}" for row, field in CASES])
def test_values(row: dict[str, Any], field: str) -> None:
    for value in row["accepted"]:
        assert said_of(row["in"], field, value) == [], value
    for message, values in row["refused"].items():
        for value in values:
            assert message in said_of(row["in"], field, value), value


@pytest.mark.parametrize("type", TABLE["objects"])
def test_no_object_has_other_fields(type: str) -> None:
    assert said_of(type, "Extra", 1) == ["Field 'Extra' is not supported"]


@pytest.mark.parametrize(
    ("type", "field"), [(type, field) for type, fields in TABLE["required"].items() for field in fields]
)
def test_required(type: str, field: str) -> None:
    definition, holder, path = object_of(type)
    del holder[field]
    assert f"These fields are required: [{field}]" in messages(definition, *path)
