"""The files of docs/deploy are what a service manager and a container engine take."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from statemachine.config.settings import ENVIRONMENT, Settings
from tests.docs.blocks import ROOT

DEPLOY = ROOT / "docs" / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
INSTRUCTIONS = [
    line.split(None, 1) for line in DOCKERFILE.replace("\\\n", " ").splitlines() if line and not line.startswith("#")
]
SECTIONS = [index for index, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM"]
FINAL = INSTRUCTIONS[SECTIONS[-1] :]


def only(name: str) -> str:
    """The one instruction of that name in the final image."""
    (found,) = (argument for instruction, argument in FINAL if instruction == name)
    return found


def test_every_image_has_a_version() -> None:
    assert SECTIONS
    assert all(
        argument.split()[0].partition(":")[2] not in ("", "latest") for name, argument in INSTRUCTIONS if name == "FROM"
    )


def test_the_image_runs_without_rights_and_keeps_its_data() -> None:
    settings = dict(part.split("=", 1) for part in only("ENV").split())
    data = settings["STATEMACHINE_DATA"]
    assert int(only("USER")) > 0
    assert only("VOLUME") == only("WORKDIR") == data
    assert only("EXPOSE") == str(Settings().port)
    assert only("STOPSIGNAL") == "SIGTERM"
    assert {name for name in settings if name.startswith("STATEMACHINE_")} <= set(ENVIRONMENT)


def test_the_commands_are_not_run_by_a_shell_which_would_keep_signals_to_itself() -> None:
    assert json.loads(only("ENTRYPOINT")) == ["statemachine"]
    assert json.loads(only("CMD")) == ["serve"]
    assert "/health/ready" in json.loads(only("HEALTHCHECK").partition(" CMD ")[2])[2]


def test_what_is_copied_is_there_and_is_sent_to_the_engine() -> None:
    sent = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {
        source
        for name, argument in INSTRUCTIONS
        if name == "COPY" and "--from" not in argument
        for source in argument.split()[:-1]
    }
    assert copied == sent
    assert all((ROOT / source).exists() for source in copied)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_unit_is_valid(tmp_path: Path) -> None:
    text = (DEPLOY / "statemachine.service").read_text()
    unit = tmp_path / "statemachine.service"
    unit.write_text(text.replace("/opt/statemachine/bin/statemachine", str(shutil.which("true"))))
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
