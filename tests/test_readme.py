"""What README.md must name: every action, route, setting, command and example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from statemachine.api.rest import ROUTES
from statemachine.cli.main import main
from statemachine.config import ENVIRONMENT, Settings, read_settings_with_origins
from statemachine.service.actions import ACTIONS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def names() -> list[str]:
    found = [action.name for action in ACTIONS.values() if action.is_aws]
    found += list(ROUTES)
    found += [*ENVIRONMENT, "STATEMACHINE_CONFIG", "STATEMACHINE_SERVER"]
    found += [f"`{name}`" for name in Settings.__struct_fields__]
    found += [f"statemachine {command}" for command in main.commands]
    found += [f"definitions/{path.name}" for path in (ROOT / "definitions").glob("*.json")]
    found += [option for command in main.commands.values() for option in options(command)]
    return found


def options(command: Any) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts if name.startswith("--")]


@pytest.mark.parametrize("name", names())
def test_readme_names(name: str) -> None:
    assert name in README


def test_the_settings_file_of_the_readme_is_one(tmp_path: Path) -> None:
    file = tmp_path / "statemachine.toml"
    file.write_text(README.partition("```toml\n")[2].partition("```")[0])
    settings, origins = read_settings_with_origins({}, {}, str(file))
    assert settings.functions == ("charge=shop.orders:charge_card",)
    assert {name for name, origin in origins.items() if origin != "default"} == {
        "port", "running_max", "functions", "shell", "running_max_by_machine"
    }  # fmt: skip
