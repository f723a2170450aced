"""The house as its tests see it: imports only go down, the core is pure, files and functions stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "statemachine"

FLOORS = [
    ["errors", "json_text", "arn", "config", "logs", "schema_files", "processes", "store", "times"],
    ["query"],
    ["core"],
    ["checkpoint", "validation", "jobs", "tasks", "evaluators", "host"],
    ["registry", "engine"],
    ["service", "metrics"],
    ["api"],
    ["app"],
    ["server", "cli", "__main__"],
]
"""From the ground up. A module imports from its own floor and below."""

PURE = ["times", "query", "core"]
FORBIDDEN_IN_PURE = {
    "asyncio", "concurrent", "datetime.now", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket",
    "sqlite3", "structlog", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "urllib3",
}  # fmt: skip
"""Modules that read a clock, draw randomness, do I/O or know the process."""

LINES_MAX = 400
FUNCTION_LINES_MAX = 60


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def floor_of(part: str) -> int:
    return next(number for number, parts in enumerate(FLOORS) if part in parts)


def part_of(path: Path) -> str:
    """The room of a module: its folder below the package, or its own name."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path) -> None:
    if path.parent == PACKAGE and path.name == "__init__.py":
        return
    own = floor_of(part_of(path))
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "statemachine" and len(parts) > 1:
            assert floor_of(parts[1]) <= own, f"{path} imports {name} from a floor above"


def test_rooms_of_one_floor_form_no_circle() -> None:
    edges: dict[str, set[str]] = {}
    for path in modules():
        part = part_of(path)
        used = {name.split(".")[1] for name in imports(path) if name.startswith("statemachine.")}
        edges.setdefault(part, set()).update(used - {part})

    def visit(part: str, seen: tuple[str, ...]) -> None:
        assert part not in seen, f"circle: {' -> '.join((*seen, part))}"
        for other in edges.get(part, ()):
            visit(other, (*seen, part))

    for part in edges:
        visit(part, ())


@pytest.mark.parametrize(
    "path", [p for p in modules() if part_of(p) in PURE], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_core_and_query_are_pure(path: Path) -> None:
    for name in imports(path):
        assert name.split(".")[0] not in FORBIDDEN_IN_PURE, f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_say_what_they_are_and_stay_small(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{path} has no docstring"
    assert len(text.splitlines()) <= LINES_MAX, f"{path} is longer than {LINES_MAX} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{path}:{node.lineno} {node.name} has {length} lines"


def test_only_our_subclass_opens_sqlitedict() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "SqliteDict", f"{path}:{node.lineno} opens a bare SqliteDict"
