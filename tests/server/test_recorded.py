"""The recorded behaviour of AWS. The checker that belongs to the records replays it against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.real_server import free_port, serving

SHARED = Path(os.environ.get("STATEMACHINE_SHARED", Path(__file__).parents[3] / "shared")) / "conformance"
AREAS = ("activities", "api", "api_activities", "base")


def selected() -> Iterator[str]:
    """The cases of the areas that this server supports, without those in which a state calls Step Functions."""
    for path in sorted((SHARED / "cases").glob("*.json")):
        case = json.loads(path.read_text())
        if case["area"] in AREAS and "states-self-call" not in (case["needs"] or ()):
            yield str(path)


@pytest.mark.skipif(not (SHARED / "checker").exists(), reason="the records are not here")
def test_the_records_of_the_api(folder: Path) -> None:
    pytest.importorskip("boto3")
    cases = list(selected())
    assert cases
    services = free_port()
    options = ("--services-port", str(services), "--endpoint-url")
    environment = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{services}"}
    with serving(folder / "data", environment=environment) as server:
        checked = subprocess.run(
            [sys.executable, str(SHARED / "checker"), *cases, "-j", "4", *options, f"http://127.0.0.1:{server.port}"],
            capture_output=True,
            text=True,
            env={**os.environ, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"},
            timeout=50,
            check=False,
        )
    assert checked.returncode == 0, checked.stdout
    assert f"{len(cases)} / {len(cases)}" in checked.stdout
