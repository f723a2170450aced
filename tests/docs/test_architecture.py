"""docs/architecture.md and docs/extending.md: tables are drawn from the code, lists and paths are held to it.

    python -m tests.docs.test_architecture

writes the tables anew.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, get_args

import pytest

import statemachine
from statemachine.core.advance import ACCEPTS, ACCEPTS_BY_STATUS, NEW
from statemachine.core.events import ExecutionEvent, ScopeEvent
from statemachine.core.model import ENDED, UNENDED
from statemachine.core.waits import Wait
from tests.architecture.test_layers import LAYERS

ROOT = Path(__file__).parents[2]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
EXTENDING = (ROOT / "docs" / "extending.md").read_text()

INSIDE = {
    "Dataflow": "a part of QueryLanguage",
    "Evaluation": "a part of Evaluators",
    "HasTransport": "the shape of a connection",
    "MachineSource": "the engine's word for the catalogue of state machines",
    "Named": "the members that a catalogue needs",
    "Pattern": "the shape of a foreign library",
    "Places": "the two forms of histories",
    "Readable": "a part of Store",
    "_Step": "the shape of a foreign library",
    "_Stream": "the shape of a standard stream",
}
"""Protocols that are not meant to be implemented elsewhere."""


def table(rows: Iterator[list[str]]) -> str:
    """A table in Markdown; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def handler(found: Any) -> str:
    return "" if found is None else f"`{found.__name__}`"


def accepts() -> Iterator[list[str]]:
    waits = get_args(Wait)
    yield ["event", *(f"`{wait.__name__}`" for wait in waits)]
    for event in get_args(ScopeEvent):
        yield [f"`{event.__name__}`", *(handler(ACCEPTS.get((event, wait))) for wait in waits)]


def accepts_by_status() -> Iterator[list[str]]:
    statuses = (NEW, *UNENDED, "ended")
    yield ["event", *statuses]
    for event in get_args(ExecutionEvent):
        assert not any((event, status) in ACCEPTS_BY_STATUS for status in ENDED)
        yield [f"`{event.__name__}`", *(handler(ACCEPTS_BY_STATUS.get((event, status))) for status in statuses)]


TABLES = {"accepts": accepts, "accepts by status": accepts_by_status}


def with_tables(text: str) -> str:
    """The page with its tables as the code has them."""
    for name, rows in TABLES.items():
        marker = f"<!-- {name} -->\n"
        assert marker in text
        text = re.sub(rf"{marker}(\n\|.*\n(\|.*\n)*)?", lambda _: f"{marker}\n{table(rows())}\n", text)  # noqa: B023
    return text


def protocols() -> set[str]:
    """The names of all protocols of the package."""
    found = set()
    for module in pkgutil.walk_packages(statemachine.__path__, "statemachine."):
        if module.name.endswith((".__main__", ".entry")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if inspect.isclass(value) and Protocol in value.__bases__ and value.__module__ == module.name:
                found.add(name)
    return found


def test_the_tables_are_those_of_the_code() -> None:
    text = ARCHITECTURE.read_text()
    assert with_tables(text) == text, "run python -m tests.docs.test_architecture"


def test_the_page_has_every_package_in_its_layer() -> None:
    listed = {
        name: int(layer)
        for layer, name in re.findall(r"^\| (\d) \| `(\w+)` \|", ARCHITECTURE.read_text(), re.MULTILINE)
    }
    layers = {name: number for number, packages in enumerate(LAYERS, 1) for name in packages}
    assert listed.items() <= layers.items()
    modules = {path.stem for path in (ROOT / "statemachine").glob("*.py")} | {"DISTRIBUTION"}
    assert layers.keys() - modules <= listed.keys()


def test_every_extension_point_is_listed() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \| `statemachine\.", EXTENDING, re.MULTILINE))
    assert protocols() - INSIDE.keys() <= listed
    assert INSIDE.keys() <= protocols(), "take what has gone off the list"


@pytest.mark.parametrize(("name", "module"), re.findall(r"^\| `(\w+)` \| `([\w.]+)`", EXTENDING, re.MULTILINE))
def test_an_extension_point_is_where_the_page_says(name: str, module: str) -> None:
    assert inspect.isclass(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    for path in re.findall(r"`((?:[a-z_-]+/)+[\w.*-]*)`", page.read_text()):
        places = [folder for folder in (ROOT, ROOT / "statemachine") if list(folder.glob(path.rstrip("/")))]
        assert places, f"{page.name} names {path}"


if __name__ == "__main__":
    ARCHITECTURE.write_text(with_tables(ARCHITECTURE.read_text()))
