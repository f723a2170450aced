"""Texts of limits that are reached: those of the service model's documentation, because AWS's are not recorded."""

from __future__ import annotations

import re

import pytest

from statemachine.errors import ServiceError
from statemachine.service.actions import LIST_EXECUTIONS
from statemachine.service.limits import TEXTS
from statemachine.testing import in_memory_server
from tests.engine.definitions import PASS


@pytest.mark.parametrize("code", TEXTS)
def test_the_text_is_the_documentation_s(code: str) -> None:
    session = pytest.importorskip("botocore.session").get_session()
    shape = session.get_service_model("stepfunctions").shape_for(code)
    assert re.sub("<[^>]+>", "", shape.documentation) == TEXTS[code]


async def test_executions_of_a_state_machine_do_not_wait_for_a_redrive() -> None:
    """(service model): "If you provide a stateMachineArn and a PENDING_REDRIVE statusFilter, the API returns a
    validation exception." """
    async with in_memory_server() as server:
        arn = await server.create(PASS)
        with pytest.raises(ServiceError) as refused:
            await server.actions.call(LIST_EXECUTIONS, stateMachineArn=arn, statusFilter="PENDING_REDRIVE")
        assert refused.value.code == "ValidationException"
        assert refused.value.members == {"pointer": "/statusFilter"}
