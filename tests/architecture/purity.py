"""The judge of purity: what in a file reads a clock, draws randomness, does I/O, knows the process or remembers.

Judges by what names stand for (see `references`), so it does not matter how something was imported. It knows no
module of the package.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.architecture.impure import CLOCKS, IMPURE_MODULES, IMPURE_NAMES, MUTATORS, PURE_NAMES, ZONED
from tests.architecture.package import ROOT, tree_of
from tests.architecture.references import Scope, imported, references, scoped


@dataclass(frozen=True)
class Finding:
    """What is not pure: `within` a function (empty at module level), at a line, by a name."""

    within: str
    line: int
    name: str
    why: str


def judge(source: str) -> list[Finding]:
    """All findings in a file, in the order of their lines."""
    tree = ast.parse(source)
    found: dict[bool, set[Finding]] = {True: set(), False: set()}
    for reference in references(tree):
        why = _why(reference.name)
        if why is not None:
            by_import = isinstance(reference.node, ast.Import | ast.ImportFrom)
            found[by_import].add(Finding(reference.within, reference.node.lineno, reference.name, why))
    for scope, node in scoped(tree):
        found[False].update(Finding(scope.within, node.lineno, *what) for what in _done(scope, node))
    used = {finding.name for finding in found[False]}
    # An import is a finding of its own only where nothing that uses it is one.
    idle = {finding for finding in found[True] if not any(_is_within(name, finding.name) for name in used)}
    return sorted(found[False] | idle, key=lambda finding: (finding.line, finding.name))


def _why(name: str) -> str | None:
    """What is wrong with a dotted name."""
    if any(_is_within(name, pure) for pure in PURE_NAMES):
        return None
    for why, names in IMPURE_NAMES.items():
        if any(_is_within(name, impure) for impure in names):
            return why
    parts = name.split(".")
    if parts[-1] == "*":
        return "hides names"
    for why, modules in IMPURE_MODULES.items():
        if not modules.isdisjoint(_foreign(parts)):
            return why
    return None


def _is_within(name: str, whole: str) -> bool:
    return name == whole or name.startswith(f"{whole}.")


def _foreign(parts: list[str]) -> list[str]:
    """The parts of a dotted name that are not ours: all, or those behind an import of a module of ours."""
    for number in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:number])
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if file.is_file():
            return parts[number:] if _imported_in(file).intersection(parts[number : number + 1]) else []
    return parts


@cache
def _imported_in(file: Path) -> set[str]:
    nodes = [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {name for node in nodes for name, _ in imported(node)}


def _done(scope: Scope, node: ast.AST) -> Iterator[tuple[str, str]]:
    """What a statement or call does that is not pure, whatever it is done with: a name and why."""
    if isinstance(node, ast.Global):
        yield from ((name, "writes a module's state") for name in node.names)
    elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield from _written(scope, node)
    elif isinstance(node, ast.Call):
        yield from _called(scope, node)


def _written(scope: Scope, target: ast.expr) -> Iterator[tuple[str, str]]:
    """Members of a name may be set where the name is bound, and not of what was imported."""
    root = target
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    if isinstance(root, ast.Name):
        holder = scope.holder_of(root.id)
        if holder is None or holder.origins[root.id] is not None:
            yield root.id, "changes another module"
        elif isinstance(holder.node, ast.Module) and scope.within:
            yield root.id, "writes a module's state"


def _called(scope: Scope, call: ast.Call) -> Iterator[tuple[str, str]]:
    function = call.func
    if isinstance(function, ast.Name) and function.id in ("next", "setattr", "delattr") and call.args:
        yield from _written(scope, ast.Attribute(call.args[0], "any", ast.Store()))
    if not isinstance(function, ast.Attribute):
        return
    if len(call.args + call.keywords) < ZONED.get(function.attr, 0):
        yield f".{function.attr}()", "knows the process"
    if scope.resolve(function) is not None:
        return
    if function.attr in CLOCKS:
        yield f".{function.attr}()", "reads a clock"
    if function.attr in MUTATORS:
        yield from _written(scope, function)
