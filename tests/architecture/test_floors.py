"""Imports only go down (law 5), and the rooms of one floor form no circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.package import PACKAGE, imports, modules, room_of, shown

FLOORS = [
    ["errors", "json_text", "jsonata_library", "arn", "config", "logs", "schema_files", "processes", "store", "times"],
    ["query"],
    ["core"],
    ["checkpoint", "validation", "replay", "jobs", "tasks", "evaluators", "host"],
    ["reads", "registry", "engine"],
    ["service", "metrics"],
    ["api", "background", "composition"],
    ["app", "testing"],
    ["server", "cli", "__main__"],
]
"""From the ground up. A module imports from its own floor and below."""


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_imports_only_go_down(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    own = floor_of(room_of(path))
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == PACKAGE.name and len(parts) > 1:
            assert floor_of(parts[1]) <= own, f"{shown(path)} imports {name} from a floor above"


def test_rooms_of_one_floor_form_no_circle() -> None:
    edges: dict[str, set[str]] = {}
    for path in modules():
        room = room_of(path)
        used = {name.split(".")[1] for name in imports(path) if name.startswith(f"{PACKAGE.name}.")}
        edges.setdefault(room, set()).update(used - {room})

    def visit(room: str, seen: tuple[str, ...]) -> None:
        assert room not in seen, f"circle: {' -> '.join((*seen, room))}"
        for other in edges.get(room, ()):
            visit(other, (*seen, room))

    for room in edges:
        visit(room, ())
