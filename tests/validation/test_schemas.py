"""The schema files can be used alone, by editors, and they agree with the rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from statemachine.query.jsonpath.conditions import OPERATORS
from statemachine.schema_files import read_schema, schema_folder
from statemachine.validation.parts import LANGUAGES, STATE_TYPES, read_blocks
from statemachine.validation.rules.languages import ONLY_IN
from statemachine.validation.rules.paths import PATHS
from statemachine.validation.schema import schema_faults
from tests.validation.test_cases import cases, text_of

NAMES = ["state-machine", "states", "state", "branch", "item-processor", "item-reader", "item-batcher", "result-writer"]
NAMES += ["choice-rule", "nested-choice-rule", "retrier", "catcher", "fields"]
NAMES += [f"{type.lower()}-state" for type in STATE_TYPES]


def schemas() -> dict[str, Any]:
    return {f"{name}.schema.json": read_schema(f"{name}.schema.json") for name in NAMES}


def whole_machine() -> Draft202012Validator:
    """The schema of a state machine as an editor uses it: every reference is followed."""
    registry: Registry[Any] = Registry().with_resources(
        (name, DRAFT202012.create_resource(schema)) for name, schema in schemas().items()
    )
    return Draft202012Validator(schemas()["state-machine.schema.json"], registry=registry)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_a_schema_with_its_own_name(name: str) -> None:
    schema = read_schema(f"{name}.schema.json")
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["$id"] == f"{name}.schema.json"
    assert schema["title"]


@pytest.mark.parametrize("name", NAMES)
def test_references_name_existing_schemas(name: str) -> None:
    folder = schema_folder()

    def follow(value: Any) -> None:
        if isinstance(value, dict):
            file, _, pointer = value.get("$ref", "").partition("#")
            if file:
                assert (folder / file).is_file()
            if pointer:
                assert pointer.removeprefix("/$defs/") in read_schema(file)["$defs"]
            for member in value.values():
                follow(member)
        elif isinstance(value, list):
            for element in value:
                follow(element)

    follow(read_schema(f"{name}.schema.json"))


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_description(name: str) -> None:
    for schema in (read_schema(f"{name}.schema.json"), *read_schema(f"{name}.schema.json").get("$defs", {}).values()):
        for field, described in schema.get("properties", {}).items():
            if described in ({"not": {}}, {"const": schema["title"].removesuffix(" state")}):
                continue
            file, _, pointer = described.get("$ref", "").partition("#")
            target = read_schema(file) if file else {}
            target = target["$defs"][pointer.removeprefix("/$defs/")] if pointer else target
            assert "description" in described or "description" in target, f"{name}: {field}"


@pytest.mark.parametrize("case", cases())
def test_one_by_one_or_as_a_whole_a_definition_has_the_same_shape(case: dict[str, Any]) -> None:
    try:
        definition = json.loads(text_of(case))
    except ValueError:
        return
    if isinstance(definition, dict):
        parts = list(schema_faults(read_blocks(definition, express=False)))
        assert whole_machine().is_valid(definition) == (not parts)


def test_the_schema_of_choice_rules_knows_the_operators_of_the_query_language() -> None:
    fields = read_schema("choice-rule.schema.json")["properties"]
    others = {"Comment", "Next", "Condition", "Assign", "Output", "And", "Or", "Not", "Variable"}
    assert set(fields) - others == OPERATORS


def test_every_path_field_of_the_schemas_has_a_rule() -> None:
    fields = {name for schema in schemas().values() for name in schema.get("properties", {})}
    configs = {name for schema in schemas().values() for name in _config_fields(schema)}
    paths = {name for name in fields | configs if name.endswith("Path")} | {"Variable"}
    assert paths == set(PATHS)
    assert paths <= ONLY_IN["JSONPath"]


def test_types_and_languages_are_those_of_the_code() -> None:
    assert read_schema("state.schema.json")["properties"]["Type"]["enum"] == list(STATE_TYPES)
    assert read_schema("fields.schema.json")["$defs"]["queryLanguage"]["enum"] == list(LANGUAGES)


def _config_fields(schema: dict[str, Any]) -> set[str]:
    return {name for field in schema.get("properties", {}).values() for name in field.get("properties", {})}
