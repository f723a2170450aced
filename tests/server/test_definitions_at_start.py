"""A server does not start if a definition cannot be registered, whichever command starts it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.engine.definitions import PASS
from tests.server.real_server import SERVE, RealServer


@pytest.mark.parametrize("command", [SERVE, (sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py")])
def test_a_bad_definition_stops_the_start(folder: Path, command: tuple[str, ...]) -> None:
    definitions = folder / "definitions"
    definitions.mkdir()
    (definitions / "good.json").write_text(json.dumps(PASS))
    (definitions / "nowhere.json").write_text('{"StartAt": "Nowhere", "States": {}}')
    (definitions / "torn.json").write_text("{")
    server = RealServer(folder / "data", *command, environment={"STATEMACHINE_DEFINITIONS": str(definitions)})
    try:
        assert server.process.wait(50) == 2
    finally:
        server.process.kill()
    assert f"{definitions}/nowhere.json:1:" in server.text
    assert f"{definitions}/torn.json:1:2: error INVALID_JSON_DESCRIPTION" in server.text
    assert not (folder / "data").exists()
