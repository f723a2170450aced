"""The schema files of the job formats stand on their own, for editors."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from statemachine.schema_files import read_schema

NAMES = ["job-ordered", "job-graph", "job-task"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_a_schema_and_bears_its_own_name(name: str) -> None:
    schema = read_schema(f"{name}.schema.json")
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["$id"] == f"{name}.schema.json"
    assert schema["title"]


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_description(name: str) -> None:
    fields = read_schema(f"{name}.schema.json")["properties"]
    assert [field for field, described in fields.items() if "description" not in described] == []
