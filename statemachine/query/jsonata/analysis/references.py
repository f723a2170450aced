"""The names of an expression that refer to something outside it: to variables, or to an input.

An expression of Step Functions has no input, so references to an input are errors. Knows the scopes of JSONata: names
bound by `:=`, parameters, and the names for a step's focus and index.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from statemachine.query.jsonata.syntax import Node, children


class References(NamedTuple):
    """The references of one expression.

    `names` are the names, also of functions, that the expression reads but does not bind. `at_top` are the references
    to an input: bare names, `$` and `$$`.
    """

    names: frozenset[str]
    at_top: tuple[str, ...]


def references_of(root: Node) -> References:
    """The references of the expression with this tree."""
    visitor = _Visitor()
    visitor.visit(root, _Scope(None), at_top=True)
    while visitor.bodies:
        body, scope = visitor.bodies.pop()
        visitor.visit(body, scope, at_top=False)
    return References(frozenset(visitor.names), tuple(dict.fromkeys(visitor.at_top)))


class _Scope:
    """The names bound in a block, a function or a path. `outer` is the scope around it."""

    def __init__(self, outer: _Scope | None, names: Iterable[str] = ()) -> None:
        self.outer = outer
        self.names = set(names)

    def binds(self, name: str) -> bool:
        return name in self.names or (self.outer is not None and self.outer.binds(name))


class _Visitor:
    """`bodies` are the bodies of functions. They are visited last, because they also see names that are bound later."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.at_top: list[str] = []
        self.bodies: list[tuple[Node, _Scope]] = []

    def visit(self, node: Node, scope: _Scope, *, at_top: bool) -> None:
        """`at_top` says that the context of this node is the input, which does not exist."""
        if node.type == "variable":
            self._variable(str(node.value), scope, at_top=at_top)
        elif node.type == "name" and at_top:
            self.at_top.append(str(node.value))
        if node.type == "path":
            self._path(node, scope, at_top=at_top)
        elif node.type == "bind":
            self.visit(node.rhs, scope, at_top=at_top)
            scope.names.add(str(node.lhs.value))
        elif node.type == "lambda":
            self.bodies.append((node.body, _Scope(scope, (str(parameter.value) for parameter in node.arguments))))
        else:
            inner = _Scope(scope) if node.type == "block" else scope
            for child in children(node):
                # The context of a predicate, a grouping or a transformation is the value that it applies to.
                about = child.type == "filter" or child is node.group or node.type == "transform"
                self.visit(child, inner, at_top=at_top and not about)

    def _variable(self, name: str, scope: _Scope, *, at_top: bool) -> None:
        if name in ("", "$"):
            if at_top:
                self.at_top.append(f"${name}")
        elif not scope.binds(name):
            self.names.add(name)

    def _path(self, path: Node, scope: _Scope, *, at_top: bool) -> None:
        inner = _Scope(scope, (str(name) for step in path.steps for name in (step.focus, step.index) if name))
        for place, step in enumerate(path.steps):
            self.visit(step, inner, at_top=at_top and place == 0)
        if path.group is not None:
            self.visit(path.group, inner, at_top=False)
