"""The reference pages name every action, route, setting, command, option and example; README leads to every page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from statemachine.api.rest import ROUTES
from statemachine.cli.main import main
from statemachine.config import ENVIRONMENT, Settings, read_settings_with_origins
from statemachine.service.actions import ACTIONS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def options(command: Any) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts if name.startswith("--")]


NAMES = {
    "api.md": [*(action.name for action in ACTIONS.values() if action.is_aws), *ROUTES],
    "settings.md": [
        *ENVIRONMENT, "STATEMACHINE_CONFIG", *(f"`{name}`" for name in Settings.__struct_fields__),
    ],
    "commands.md": [
        *(f"statemachine {command}" for command in main.commands), "STATEMACHINE_SERVER",
        *(option for command in main.commands.values() for option in options(command)),
    ],
    "definitions.md": [f"definitions/{path.name}" for path in (ROOT / "definitions").glob("*.json")],
}  # fmt: skip


@pytest.mark.parametrize(("page", "name"), [(page, name) for page, names in NAMES.items() for name in names])
def test_a_page_names(page: str, name: str) -> None:
    assert name in (DOCS / page).read_text(), f"docs/{page} does not name {name}"


def links(page: Path) -> list[str]:
    """The relative links of a page."""
    return [link for link in re.findall(r"\]\(([^)#]+)", page.read_text()) if "://" not in link]


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_readme_leads_to_every_page() -> None:
    linked = {(ROOT / link).resolve() for link in links(ROOT / "README.md")}
    for page in DOCS.glob("*.md"):
        assert page in linked, f"README.md does not link to docs/{page.name}"


def test_the_settings_file_of_the_page_is_one(tmp_path: Path) -> None:
    file = tmp_path / "statemachine.toml"
    file.write_text((DOCS / "settings.md").read_text().partition("```toml\n")[2].partition("```")[0])
    settings, origins = read_settings_with_origins({}, {}, str(file))
    assert settings.functions == ("charge=shop.orders:charge_card",)
    assert {name for name, origin in origins.items() if origin != "default"} == {
        "port", "running_max", "functions", "shell", "running_max_by_machine"
    }  # fmt: skip
