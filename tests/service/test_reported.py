"""What people have reported of AWS, and this server once did otherwise. Each file holds a kind of difference.

`evidence` says where a case's value comes from: measured on AWS, a definition that runs there, or the reference of the
dialect. `refused` has all findings of ValidateStateMachineDefinition, in any order; CreateStateMachine says the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statemachine.errors import ServiceError
from statemachine.testing import InMemoryServer, in_memory_server

Case = dict[str, Any]


def cases() -> Iterator[Any]:
    for file in sorted((Path(__file__).parent / "reported").glob("*.json")):
        for number, case in enumerate(json.loads(file.read_text())["cases"], 1):
            yield pytest.param(case, id=f"{file.stem}-{number}")


@pytest.mark.parametrize("case", list(cases()))
async def test_reported(case: Case) -> None:
    async with in_memory_server() as server:
        if "refused" in case["expect"]:
            await check_refused(server, case["definition"], case["expect"]["refused"])
            return
        machine = await server.create(case["definition"])
        if "accepted" not in case["expect"]:
            started = await server.start(machine, json.dumps(case.get("input", {})), case.get("name"))
            check_result(await server.ended(started), case["expect"])


async def check_refused(server: InMemoryServer, definition: Any, wanted: list[dict[str, Any]]) -> None:
    text = json.dumps(definition)
    answer = await server.ask("ValidateStateMachineDefinition", definition=text)
    found = [finding for finding in answer["diagnostics"] if finding["severity"] == "ERROR"]
    assert len(found) == len(wanted), found
    for finding in found:
        assert any(fits(finding, one) for one in wanted), finding
    with pytest.raises(ServiceError) as refused:
        await server.create(text)
    assert refused.value.code == "InvalidDefinition"
    for finding in found:
        place = finding.get("location") or "null"
        assert f"{finding['code']}: {finding['message']} at {place}" in refused.value.message


def fits(finding: dict[str, Any], wanted: dict[str, Any]) -> bool:
    message = wanted.get("message")
    return (
        finding["code"] == wanted["code"]
        and message in (None, finding["message"])
        and re.search(wanted.get("messageMatches", ""), finding["message"]) is not None
        and wanted.get("location", finding.get("location")) == finding.get("location")
    )


def check_result(described: dict[str, Any], expect: dict[str, Any]) -> None:
    assert described["status"] == expect["status"], described
    if "output" in expect:
        assert json.loads(described["output"]) == expect["output"]
    for member in ("error", "cause"):
        if member in expect:
            assert described[member] == expect[member]
    assert re.search(expect.get("causeMatches", ""), described.get("cause", ""))
