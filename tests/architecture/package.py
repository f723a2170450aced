"""What the tests of the architecture read: the modules of `statemachine`, the packages that hold them, their imports.

Reads source text and never imports `statemachine`, so a module that cannot be imported is judged like any other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "statemachine"


def modules(*packages: str) -> list[Path]:
    """The modules of these packages, or all modules."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if not packages or package_of(path) in packages]


def shown(path: Path) -> str:
    """A module's path below `statemachine`: how a test names it."""
    return str(path.relative_to(PACKAGE))


def dotted(path: Path) -> str:
    """The name by which a module is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(path: Path) -> str:
    """The package below `statemachine` that holds a module. For a single module it is the module's own name."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, anywhere in it; `from a import b` gives both a and a.b."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = origin_of(node, path)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def origin_of(node: ast.ImportFrom, path: Path) -> str:
    """The dotted name of the module that a `from` import takes from, also of a relative one."""
    if not node.level:
        return node.module or ""
    package = dotted(path).split(".")
    # In a package's own file, one dot means the package itself.
    above = package[: len(package) - node.level + (path.name == "__init__.py")]
    return ".".join([*above, node.module] if node.module else above)
