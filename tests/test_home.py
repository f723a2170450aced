"""A store belongs to a region and an account."""

from __future__ import annotations

import pytest

from statemachine.composition import check_home
from statemachine.config import Settings
from statemachine.store.interface import StoreError
from statemachine.testing import in_memory_server
from tests.engine.definitions import PASS

HERE = "arn:aws:states:us-east-1:000000000000:stateMachine:a"
ELSEWHERE = "arn:aws:states:eu-central-1:111122223333:activity:b"


@pytest.mark.parametrize("arns", [[], [HERE], [HERE, ELSEWHERE], [ELSEWHERE, HERE]])
def test_a_store_of_the_same_home_or_of_several_is_served(arns: list[str]) -> None:
    check_home(arns, Settings())


def test_a_store_of_another_home_is_refused_with_what_would_be_right() -> None:
    with pytest.raises(StoreError, match="start with AWS_DEFAULT_REGION=eu-central-1 and AWS_ACCOUNT_ID=111122223333"):
        check_home([ELSEWHERE], Settings())


async def test_a_server_does_not_start_on_it() -> None:
    async with in_memory_server() as server:
        await server.create(PASS)
        with pytest.raises(StoreError, match="the settings say region eu-central-1"):
            async with in_memory_server(store=server.store, region="eu-central-1"):
                pass
