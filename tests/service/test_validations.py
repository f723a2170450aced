"""Validations: a definition is validated and not kept; the findings are an answer, not a refusal."""

from __future__ import annotations

import json

from statemachine.service.large_definitions import DefinitionChecks
from statemachine.service.validations import PlacedDiagnostic, Validations
from statemachine.testing import in_memory_server
from tests.engine.definitions import CALLBACK, PASS, machine

BROKEN = json.dumps(machine(P={"Type": "Fail", "Cause": "$.Cause", "Foo": 1, "Bar": 2}))
OK = {"result": "OK", "diagnostics": [], "truncated": False}


async def codes(definition: str, **members: object) -> list[str]:
    answer = await Validations(DefinitionChecks()).validate(definition=definition, **members)  # type: ignore[arg-type]
    return [diagnostic.code for diagnostic in answer.diagnostics]


async def test_a_definition_is_not_kept() -> None:
    async with in_memory_server() as server:
        assert await server.ask("ValidateStateMachineDefinition", definition=json.dumps(PASS)) == OK
        assert await server.ask("ValidateWithAdvice", definition=json.dumps(PASS)) == OK
        assert server.store.scan("") == []


async def test_a_text_that_is_not_a_definition_has_findings_too() -> None:
    assert await codes("") == ["MISSING_DESCRIPTION"]
    assert await codes("{") == ["INVALID_JSON_DESCRIPTION"]
    assert await codes("[]") == ["SCHEMA_VALIDATION_FAILED"]


async def test_severity_leaves_warnings_out() -> None:
    assert await codes(BROKEN) == ["SCHEMA_VALIDATION_FAILED"] * 2
    assert await codes(BROKEN, severity="WARNING") == ["NO_PATH", *["SCHEMA_VALIDATION_FAILED"] * 2]


async def test_max_results_truncates_the_findings() -> None:
    assert len(await codes(BROKEN, max_results=1)) == 1
    assert (await Validations(DefinitionChecks()).validate(definition=BROKEN, max_results=1)).truncated
    assert not (await Validations(DefinitionChecks()).validate(definition=BROKEN, max_results=0)).truncated


async def test_the_findings_depend_on_the_type() -> None:
    text = json.dumps(CALLBACK)
    assert (await Validations(DefinitionChecks()).validate(definition=text)).result == "OK"
    assert (await Validations(DefinitionChecks()).validate(definition=text, type="EXPRESS")).result == "FAIL"


async def test_our_own_warnings_are_left_out_of_aws_s_answer() -> None:
    text = json.dumps(CALLBACK)
    assert await codes(text, severity="WARNING") == []
    [diagnostic] = (await Validations(DefinitionChecks()).validate_with_advice(definition=text)).diagnostics
    assert diagnostic.code == "TOKEN_WITHOUT_TIMEOUT"
    assert isinstance(diagnostic, PlacedDiagnostic)
    assert diagnostic.pointer == "/States/C/Resource"
    assert (
        await Validations(DefinitionChecks()).validate_with_advice(definition=text, severity="ERROR")
    ).diagnostics == []
