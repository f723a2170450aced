"""Which variables of the server's environment functions get."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from statemachine.tasks.functions.handed_on import handed_on
from statemachine.tasks.functions.pool import FunctionPool
from tests.tasks.functions.calls import FUNCTIONS, invocation

NAMES = [
    *("PATH", "LC_ALL", "PYTHONPATH", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "DATABASE_URL"),
    *("STATEMACHINE_DATA", "path", "XPATH"),
]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ([], ["PATH", "LC_ALL", "PYTHONPATH"]),
        (["DATABASE_URL"], ["PATH", "LC_ALL", "PYTHONPATH", "DATABASE_URL"]),
        (["AWS_*"], ["PATH", "LC_ALL", "PYTHONPATH", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"]),
        (["*", "STATEMACHINE_DATA"], [name for name in NAMES if name != "STATEMACHINE_DATA"]),
    ],
)
def test_names_that_are_handed_on(more: list[str], found: list[str]) -> None:
    assert handed_on(NAMES, more) == found


def test_a_function_gets_no_other_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")

    async def body() -> None:
        pool = FunctionPool([FUNCTIONS], 1, lambda function, line: None, pass_environment=["AWS_SESSION_TOKEN"])
        await pool.start()
        try:
            found = json.loads((await pool.invoke(invocation("variables"))).payload)
        finally:
            await pool.close()
        assert "AWS_SECRET_ACCESS_KEY" not in found
        assert found["AWS_SESSION_TOKEN"] == "secret"

    asyncio.run(body())


def test_modules_find_the_region_of_the_server_while_they_are_imported(tmp_path: Path) -> None:
    source = tmp_path / "t_region.py"
    source.write_text("import os\nREGION = os.environ['AWS_REGION']\ndef region(event): return REGION")

    async def body() -> None:
        pool = FunctionPool([str(source)], 1, lambda function, line: None, region="eu-west-1")
        await pool.start()
        try:
            assert (await pool.invoke(invocation("region"))).payload == '"eu-west-1"'
        finally:
            await pool.close()

    asyncio.run(body())
