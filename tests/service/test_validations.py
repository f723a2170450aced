"""Validations: a definition is judged and not kept; every answer is an answer, not a refusal."""

from __future__ import annotations

import json

from statemachine.service.validations import PlacedDiagnostic, Validations
from statemachine.testing import in_memory_server
from tests.engine.definitions import CALLBACK, PASS, machine

BROKEN = json.dumps(machine(P={"Type": "Fail", "Cause": "$.Cause", "Foo": 1, "Bar": 2}))
OK = {"result": "OK", "diagnostics": [], "truncated": False}


async def codes(definition: str, **members: object) -> list[str]:
    answer = await Validations().validate(definition=definition, **members)  # type: ignore[arg-type]
    return [diagnostic.code for diagnostic in answer.diagnostics]


async def test_a_definition_is_not_kept() -> None:
    async with in_memory_server() as server:
        assert await server.ask("ValidateStateMachineDefinition", definition=json.dumps(PASS)) == OK
        assert await server.ask("ValidateWithAdvice", definition=json.dumps(PASS)) == OK
        assert server.store.scan("") == []


async def test_what_is_no_definition_is_judged_too() -> None:
    assert await codes("") == ["MISSING_DESCRIPTION"]
    assert await codes("{") == ["INVALID_JSON_DESCRIPTION"]
    assert await codes("[]") == ["SCHEMA_VALIDATION_FAILED"]


async def test_the_least_severity_that_is_told() -> None:
    assert await codes(BROKEN) == ["SCHEMA_VALIDATION_FAILED"] * 2
    assert await codes(BROKEN, severity="WARNING") == ["NO_PATH", *["SCHEMA_VALIDATION_FAILED"] * 2]


async def test_as_many_as_are_wanted() -> None:
    assert len(await codes(BROKEN, max_results=1)) == 1
    assert (await Validations().validate(definition=BROKEN, max_results=1)).truncated
    assert not (await Validations().validate(definition=BROKEN, max_results=0)).truncated


async def test_the_type_decides() -> None:
    text = json.dumps(CALLBACK)
    assert (await Validations().validate(definition=text)).result == "OK"
    assert (await Validations().validate(definition=text, type="EXPRESS")).result == "FAIL"


async def test_a_report_has_our_own_warnings_and_aws_answer_has_not() -> None:
    text = json.dumps(CALLBACK)
    assert await codes(text, severity="WARNING") == []
    [diagnostic] = (await Validations().validate_with_advice(definition=text)).diagnostics
    assert diagnostic.code == "TOKEN_WITHOUT_TIMEOUT"
    assert isinstance(diagnostic, PlacedDiagnostic)
    assert diagnostic.pointer == "/States/C/Resource"
    assert (await Validations().validate_with_advice(definition=text, severity="ERROR")).diagnostics == []
