"""GET /metrics of a whole server, as Prometheus reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import Metric, parser
from prometheus_client.openmetrics import parser as openmetrics_parser

from statemachine.app import App
from statemachine.config import Settings
from tests.api.client import Answer, Client
from tests.engine.definitions import ACTIVITY, FAIL, PASS, task
from tests.store.fast_directory import fast_directory

LABELS = {
    "status": {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"},
    "kind": {"lambda", "activity", "shell", "other"},
    "outcome": {"Succeeded", "Failed", "TimedOut"},
}
"""All labels with their values, without the bounds of histograms."""
FAMILIES = {
    "activity_polls": "gauge", "activity_tasks": "gauge", "clock_jumps": "gauge",
    "commit_events": "histogram", "commit_rows": "histogram",
    "commit_seconds": "histogram", "commits_failed": "counter", "evaluations_parked": "gauge",
    "executions_ended": "counter", "executions_pending": "gauge", "executions_running": "gauge",
    "executions_started": "counter", "history_events": "counter", "inbox_events": "gauge",
    "log_lines_dropped": "counter",
    "recovery_commands": "gauge", "recovery_seconds": "gauge", "task_seconds": "histogram",
    "tasks_under_way": "gauge", "timers": "gauge",
}  # fmt: skip
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@asynccontextmanager
async def server(**settings: Any) -> AsyncIterator[Client]:
    """A client of a server that is ready."""
    with fast_directory() as data:
        app = App(Settings(data=data, **settings))
        client = Client(app)
        app.start()
        try:
            async with asyncio.timeout(20):
                while (await client.request("GET", "/health/ready")).status != 200:
                    await asyncio.sleep(0.01)
            yield client
        finally:
            await app.drain()
            await app.close()


async def scrape(client: Client, **headers: str) -> Answer:
    answer = await client.request("GET", "/metrics", headers=headers)
    assert answer.status == 200
    return answer


def parsed(answer: Answer) -> list[Metric]:
    """The families, without those that hold the times at which series began."""
    found = parser.text_string_to_metric_families(answer.body.decode())
    return [family for family in found if not family.name.endswith("_created")]


def series(families: Iterable[Metric]) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    return {(sample.name, tuple(sorted(sample.labels.items()))) for family in families for sample in family.samples}


async def run(client: Client, name: str, definition: Any) -> None:
    """Register a definition and start an execution of it."""
    made = await client.request("POST", "/api/v1/state-machines", {"name": name, "definition": definition})
    assert made.status == 201
    assert (await client.request("POST", f"/api/v1/state-machines/{name}/executions", {})).status == 201


async def test_every_family_has_a_type_and_a_help() -> None:
    async with server() as client:
        answer = await scrape(client)
        assert answer.headers["content-type"].startswith("text/plain; version=")
        families = parsed(answer)
    assert all(family.documentation and family.type != "unknown" for family in families)
    ours = {family.name: family.type for family in families if not family.name.startswith("process_")}
    assert ours == {f"statemachine_{name}": type_ for name, type_ in FAMILIES.items()}
    assert "process_resident_memory_bytes" in {family.name for family in families}


async def test_label_values_are_few_and_exist_from_the_beginning() -> None:
    async with server() as client:
        before = parsed(await scrape(client))
        await client.aws("CreateActivity", {"name": "work"})
        await run(client, "alpha", PASS)
        await run(client, "beta", FAIL)
        await run(client, "gamma", task("letters:count"))
        await run(client, "delta", task(ACTIVITY))
        after = parsed(await scrape(client))
    assert series(after) == series(before)
    for _, labels in series(after):
        assert all(value in LABELS[label] for label, value in labels if label != "le")


async def test_the_values_tell_what_has_happened() -> None:
    async with server() as client:
        await run(client, "m", PASS)
        await run(client, "n", task("letters:count"))
        async with asyncio.timeout(20):
            while (values := samples(await scrape(client)))["statemachine_executions_ended_total", "FAILED"] == 0:
                await asyncio.sleep(0.01)
    assert values["statemachine_executions_running"] == 0
    assert values["statemachine_executions_started_total"] == 2
    assert values["statemachine_executions_ended_total", "SUCCEEDED"] == 1
    assert values["statemachine_executions_ended_total", "FAILED"] == 1
    assert values["statemachine_task_seconds_count", "other", "Failed"] == 1
    assert values["statemachine_commit_seconds_count"] > 0


def samples(answer: Answer) -> dict[Any, float]:
    """Values by name, or by name and label values."""
    return {
        (sample.name, *sample.labels.values()) if sample.labels else sample.name: sample.value
        for family in parsed(answer)
        for sample in family.samples
    }


async def test_a_scraper_that_accepts_openmetrics_gets_it() -> None:
    async with server() as client:
        answer = await scrape(client, Accept=OPENMETRICS)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = openmetrics_parser.text_string_to_metric_families(answer.body.decode())
    assert "statemachine_executions_started" in {family.name for family in families}


async def test_two_servers_in_one_process_share_no_metrics() -> None:
    async with server() as one, server() as other:
        await run(one, "m", PASS)
        assert samples(await scrape(one))["statemachine_executions_started_total"] == 1
        assert samples(await scrape(other))["statemachine_executions_started_total"] == 0


@pytest.mark.parametrize("host", ["example.com", "10.0.0.1:8083"])
async def test_a_page_of_another_origin_cannot_read_it(host: str) -> None:
    async with server() as client:
        answer = await client.request("GET", "/metrics", headers={"Host": host})
        assert answer.status == 403
        assert b"statemachine_" not in answer.body


async def test_without_metrics_there_is_no_such_path() -> None:
    async with server(metrics=False) as client:
        assert (await client.request("GET", "/metrics")).status == 404
        await run(client, "m", PASS)
