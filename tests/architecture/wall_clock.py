"""Finds assertions about wall-clock time: they fail on a busy machine, whatever the code does.

A clock's value is followed through assignments, arithmetic and a few builtins within one function, not through calls.
The processor's time (`process_time`, `thread_time`) and virtual clocks are no wall clocks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from tests.architecture.references import Function, Scope, scoped

CLOCKS = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "time.monotonic", "time.monotonic_ns", "time.perf_counter",
    "time.perf_counter_ns", "time.time", "time.time_ns",
}  # fmt: skip
LOOPS = {"asyncio.get_event_loop()", "asyncio.get_running_loop()", "loop"}
"""Objects whose `time()` is the wall clock's; also any attribute called `loop`."""
HANDED_ON = {"abs", "float", "int", "list", "max", "min", "round", "sorted", "sum"}
"""Functions whose result is as much a time as what they are given."""
GATHERED = {"add", "append", "extend"}


def judge(source: str) -> list[tuple[str, int]]:
    """The assertions about time in a file: the outermost function around each, and its line."""
    tree = ast.parse(source)
    clocks = {id(node) for scope, node in scoped(tree) if isinstance(node, ast.Call) and _is_clock(scope, node)}
    outermost = [node for scope, node in scoped(tree) if isinstance(node, Function) and not _is_in_function(scope)]
    return [(function.name, node.lineno) for function in outermost for node in _Times(function, clocks).judged()]


def _is_in_function(scope: Scope) -> bool:
    return isinstance(scope.node, Function) or (scope.outer is not None and _is_in_function(scope.outer))


def _is_clock(scope: Scope, call: ast.Call) -> bool:
    if scope.resolve(call.func) in CLOCKS:
        return True
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "time":
        return False
    owner = ast.unparse(call.func.value)
    return owner in LOOPS or owner.endswith(".loop")


class _Times:
    """The names of one function that hold times. `clocks` are the ids of the calls that read one."""

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef, clocks: set[int]) -> None:
        self._function = function
        self._clocks = clocks
        self._names: set[str] = set()
        before = -1
        while len(self._names) > before:
            before = len(self._names)
            for node in ast.walk(function):
                self._names.update(self._learnt(node))

    def judged(self) -> Iterator[ast.stmt]:
        """The statements that fail for a time."""
        for node in ast.walk(self._function):
            if (
                (isinstance(node, ast.Assert) and self._is_time(node.test))
                or (isinstance(node, ast.If) and self._is_time(node.test) and any(map(_fails, node.body)))
                or (isinstance(node, ast.Expr | ast.Return) and node.value is not None and self._approximates(node))
            ):
                yield node

    def _learnt(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if node.value is not None and self._is_time(node.value):
                yield from map(ast.unparse, targets)
        elif isinstance(node, ast.For) and self._is_time(node.iter):
            yield ast.unparse(node.target)
        elif _gathers(node) and any(map(self._is_time, node.args)):
            yield ast.unparse(node.func).rpartition(".")[0]

    def _is_time(self, node: ast.AST) -> bool:
        if id(node) in self._clocks or (isinstance(node, ast.expr) and ast.unparse(node) in self._names):
            return True
        if isinstance(node, ast.Call):
            return ast.unparse(node.func) in HANDED_ON and any(map(self._is_time, node.args))
        return any(map(self._is_time, ast.iter_child_nodes(node)))

    def _approximates(self, statement: ast.AST) -> bool:
        compared = [node for node in ast.walk(statement) if isinstance(node, ast.Compare)]
        return any("approx(" in ast.unparse(node) and self._is_time(node) for node in compared)


def _gathers(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GATHERED


def _fails(statement: ast.stmt) -> bool:
    text = ast.unparse(statement)
    return text.startswith(("pytest.fail(", "raise AssertionError"))
