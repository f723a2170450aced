"""Imports only go down (law 5), and packages do not import each other in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.package import PACKAGE, imports, modules, package_of, shown

LAYERS = [
    [
        *("DISTRIBUTION", "errors", "json_text", "safe_text", "jsonata_library", "arn", "config", "log_writer", "logs"),
        *("schema_files", "processes", "store", "times"),
    ],
    ["query"],
    ["core"],
    ["checkpoint", "validation", "replay", "jobs", "tasks", "evaluators", "host"],
    ["reads", "registry", "engine"],
    ["service", "metrics"],
    ["api", "background", "composition"],
    ["app", "testing"],
    ["server", "cli", "__main__"],
]
"""From the lowest up. A module imports from its own layer and below."""


def layer_of(package: str) -> int:
    return next(number for number, packages in enumerate(LAYERS) if package in packages)


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_imports_only_go_down(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    own = layer_of(package_of(path))
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == PACKAGE.name and len(parts) > 1:
            assert layer_of(parts[1]) <= own, f"{shown(path)} imports {name} from a layer above"


def test_packages_do_not_import_each_other_in_a_circle() -> None:
    edges: dict[str, set[str]] = {}
    for path in modules():
        package = package_of(path)
        used = {name.split(".")[1] for name in imports(path) if name.startswith(f"{PACKAGE.name}.")}
        edges.setdefault(package, set()).update(used - {package})

    def visit(package: str, seen: tuple[str, ...]) -> None:
        assert package not in seen, f"circle: {' -> '.join((*seen, package))}"
        for other in edges.get(package, ()):
            visit(other, (*seen, package))

    for package in edges:
        visit(package, ())
