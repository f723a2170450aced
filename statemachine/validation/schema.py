"""Checks the shape of a definition with the JSON Schema files in `schemas/`.

The schemas check each object alone. Conditions that a schema cannot express are rules. States and nested choice rules
are checked one by one: in a schema, a reference to them requires only an object. So no definition is too deep for the
validator. An editor checks the same files as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from statemachine.schema_files import read_schema, schema_folder
from statemachine.validation.finding import Fault, Path
from statemachine.validation.parts import Block
from statemachine.validation.schema_messages import faults_of

_SUFFIX = ".schema.json"
_CHECKED_APART = ("state", "nested-choice-rule")


def schema_faults(blocks: Iterable[Block]) -> Iterator[Fault]:
    """The faults in the shape of a definition."""
    validators = _validators()
    for block in blocks:
        if not block.path:
            yield from _faults(validators["state-machine"], block.path, block.fields)
        for state in block.states:
            # The result is that of the schema `state`, which would try every other type first.
            name = f"{state.type.lower()}-state" if state.type else "state"
            yield from _faults(validators[name], state.path, state.fields)
            for part in state.parts:
                if part.type == "NestedChoiceRule":
                    yield from _faults(validators["nested-choice-rule"], part.path, part.fields)


def _faults(validator: Draft202012Validator, path: Path, value: Any) -> Iterator[Fault]:
    # Several errors may give the same fault: the error of each missing field names all missing fields.
    seen = set()
    for error in validator.iter_errors(value):
        for fault in faults_of(error, path):
            if fault not in seen:
                seen.add(fault)
                yield fault


@cache
def _validators() -> dict[str, Draft202012Validator]:
    """The validators of all schema files, by the names of the files without `.schema.json`."""
    schemas = {path.name: read_schema(path.name) for path in schema_folder().glob(f"*{_SUFFIX}")}
    resources = {**schemas, **{f"{name}{_SUFFIX}": {"type": "object"} for name in _CHECKED_APART}}
    registry: Registry[Any] = Registry().with_resources(
        (name, DRAFT202012.create_resource(schema)) for name, schema in resources.items()
    )
    validators = {}
    for name, schema in schemas.items():
        # With its $id, a schema would replace the resource of that name in the registry.
        anonymous = {keyword: value for keyword, value in schema.items() if keyword != "$id"}
        validators[name.removesuffix(_SUFFIX)] = Draft202012Validator(anonymous, registry=registry)
    return validators
