"""Which functions take rows, and which calls of `asyncio.to_thread` are given one.

A function takes rows if a parameter is called `rows` or `store` or is of a store's type, or if it asks something for
its `.store`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.package import dotted, modules, tree_of
from tests.architecture.references import Function, scoped

NAMES = {"rows", "store"}
TYPES = {"Readable", "Store"}


def threads_that_read(path: Path, packages: list[str]) -> Iterator[tuple[str, str]]:
    """The calls of a module that have rows read in a thread: the function around the call and what it calls.

    A method of another object is looked for by its name in all of the packages.
    """
    for scope, node in scoped(tree_of(path)):
        if isinstance(node, ast.Call) and scope.resolve(node.func) == "asyncio.to_thread":
            for called in _functions_in(node.args[0]):
                known = _definitions(called, scope.resolve(called), path, packages)
                if any(_asks_for_a_store(argument) for argument in node.args) or any(map(_takes_rows, known)):
                    yield scope.within, ast.unparse(called)


def _functions_in(given: ast.expr) -> list[ast.expr]:
    """The functions that an expression may stand for: `a if x else b` gives both."""
    return [*_functions_in(given.body), *_functions_in(given.orelse)] if isinstance(given, ast.IfExp) else [given]


def _definitions(
    called: ast.expr, origin: str | None, path: Path, packages: list[str]
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    if isinstance(called, ast.Name):
        module, _, name = (origin or f"{dotted(path)}.{called.id}").rpartition(".")
        where = [other for other in modules() if dotted(other) == module]
    elif isinstance(called, ast.Attribute):
        name = called.attr
        where = [path] if ast.unparse(called.value) == "self" else modules(*packages)
    else:
        return
    for other in where:
        for node in ast.walk(tree_of(other)):
            if isinstance(node, Function) and node.name == name:
                yield node


def _takes_rows(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [node for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    types = {ast.unparse(argument.annotation) for argument in arguments if argument.annotation is not None}
    named = NAMES.intersection(argument.arg for argument in arguments)
    return bool(named or types & TYPES) or any(map(_asks_for_a_store, function.body))


def _asks_for_a_store(code: ast.AST) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "store" for node in ast.walk(code))
