"""What the names in a syntax tree stand for: `d.now` is `datetime.datetime.now` where d was imported so.

Follows imports (also inside functions), aliases (`clock = datetime.now`) and `getattr` with a literal name. A name that
is bound nowhere in the file is a builtin. Judges nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Named = Function | ast.ClassDef | ast.ExceptHandler | ast.MatchAs | ast.MatchStar
Scoped = ast.Module | ast.ClassDef | Function | ast.Lambda | Comprehension


@dataclass(frozen=True)
class Reference:
    """A use of something from outside the file. `within` is the function or class around it, or that it decorates,
    empty at module level; `node` is the whole chain of names."""

    name: str
    within: str
    node: ast.expr | ast.stmt


@dataclass
class Scope:
    """The names that a module, class, function or comprehension binds. Those that came by an import have an origin, a
    dotted name; the others None."""

    node: Scoped
    within: str = ""
    outer: Scope | None = None
    origins: dict[str, str | None] = field(default_factory=dict)

    def holder_of(self, name: str) -> Scope | None:
        """The scope in which a name that is used here is bound, None for a builtin."""
        scope: Scope | None = self
        while scope is not None and (name not in scope.origins or (scope is not self and _is_class(scope))):
            scope = scope.outer
        return scope

    def resolve(self, node: ast.AST) -> str | None:
        """The dotted name that a chain of names stands for, None where it begins with a name of the file's own."""
        if isinstance(node, ast.Name):
            holder = self.holder_of(node.id)
            return node.id if holder is None else holder.origins[node.id]
        if isinstance(node, ast.Attribute):
            value, attribute = node.value, node.attr
        elif isinstance(node, ast.Call) and _is_getattr(node):
            assert isinstance(node.args[1], ast.Constant)
            value, attribute = node.args[0], node.args[1].value
        else:
            return None
        origin = self.resolve(value)
        return origin and f"{origin}.{attribute}"


def references(tree: ast.Module) -> Iterator[Reference]:
    """Every import of the file, and every use of an imported or builtin name."""
    for scope, node in scoped(tree):
        if isinstance(node, ast.Import):
            yield from (Reference(alias.name, scope.within, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Reference(origin, scope.within, node) for _, origin in imported(node))
        elif isinstance(node, ast.Name | ast.Attribute | ast.Call):
            origin = scope.resolve(node)
            if origin is not None:
                yield Reference(origin, scope.within, node)


def scoped(tree: ast.Module) -> Iterator[tuple[Scope, ast.AST]]:
    """Every node with the scope that it is evaluated in. Of a resolved chain of names only the whole is given."""
    yield from _inside(_opened(tree, None), ast.iter_child_nodes(tree))


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names that an import binds, and what they stand for."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            yield alias.name.partition(".")[0], alias.name.partition(".")[0]


def _inside(scope: Scope, nodes: Iterator[ast.AST]) -> Iterator[tuple[Scope, ast.AST]]:
    for node in nodes:
        yield scope, node
        if isinstance(node, Scoped):
            inner = _opened(node, scope)
            for child in ast.iter_child_nodes(node):
                # What decorates a function is told by the name of that function.
                named = isinstance(node, Function) and child in node.decorator_list
                outer = Scope(scope.node, inner.within, scope.outer, scope.origins) if named else scope
                yield from _inside(inner if _belongs(node, child) else outer, iter([child]))
        elif isinstance(node, ast.Attribute) and scope.resolve(node) is not None:
            continue
        else:
            yield from _inside(scope, ast.iter_child_nodes(node))


def _belongs(node: Scoped, child: ast.AST) -> bool:
    """Is the child evaluated inside the scope? (Decorators, defaults, annotations and base classes are not.)"""
    if isinstance(node, Function | ast.ClassDef):
        return child in node.body
    return not isinstance(child, ast.arguments)


def _opened(node: Scoped, outer: Scope | None) -> Scope:
    within = outer.within if outer is not None else ""
    if isinstance(node, Function | ast.ClassDef):
        within = f"{within}.{node.name}".lstrip(".")
    scope = Scope(node, within, outer)
    if isinstance(node, Function | ast.Lambda):
        scope.origins.update((argument.arg, None) for argument in ast.walk(node.args) if isinstance(argument, ast.arg))
    aliases = []
    for inner in _own_nodes(node):
        if isinstance(inner, ast.Import | ast.ImportFrom):
            scope.origins.update(imported(inner))
        elif isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            scope.origins.setdefault(inner.id, None)
        elif isinstance(inner, Named) and inner.name:
            scope.origins.setdefault(inner.name, None)
        if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
            aliases.append((inner.targets[0].id, inner.value))
    for given in [name for found in _own_nodes(node) if isinstance(found, ast.Global) for name in found.names]:
        scope.origins.pop(given, None)
    for name, value in aliases:
        scope.origins[name] = scope.origins.get(name) or scope.resolve(value)
    return scope


def _own_nodes(node: Scoped) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the scopes inside it."""
    waiting = [child for child in ast.iter_child_nodes(node) if _belongs(node, child)]
    while waiting:
        child = waiting.pop()
        yield child
        if isinstance(child, Scoped):
            waiting += [inner for inner in ast.iter_child_nodes(child) if not _belongs(child, inner)]
        else:
            waiting += ast.iter_child_nodes(child)


def _is_class(scope: Scope) -> bool:
    return isinstance(scope.node, ast.ClassDef)


def _is_getattr(node: ast.Call) -> bool:
    named = isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) > 1
    return named and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str)
