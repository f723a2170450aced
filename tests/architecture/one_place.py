"""Finds knowledge that belongs in one place: the digits of scope paths, AWS's limit on payloads, the parts of ARNs.

Each function gives pieces of code, each with its line. It cannot know what the code means: a piece that only looks like
the knowledge is an exception with a reason.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator

Found = Iterator[tuple[str, int]]

SCOPE_DIGITS = 5
"""An index in a scope's path has so many digits, and a slash before them."""
PAYLOAD_MAX = 262_144
ARN_PARTS = 6

FACTOR_MAX = 4_096
"""Arithmetic on greater numbers is not computed."""

_ARITHMETIC: dict[type, Callable[[int, int], int]] = {
    ast.Mult: operator.mul,
    ast.LShift: operator.lshift,
    ast.Pow: operator.pow,
}
_FIVE = re.compile(rf"(\\d|\[0-9\])\{{{SCOPE_DIGITS}\}}|%0{SCOPE_DIGITS}d")
_CUTS = {"partition", "rpartition", "rsplit", "split"}
_OF_ARNS = re.compile(r"(?<![a-z])arns?(?![a-z])|Arn|ARN|[Rr]esource|RESOURCE")


def scope_digits(tree: ast.Module) -> Found:
    """Formats of five digits, slices of the last five or six characters, patterns of five digits."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            is_found = re.search(rf"0{SCOPE_DIGITS}d?'?$", ast.unparse(node.format_spec)) is not None
        elif isinstance(node, ast.Slice):
            is_found = not {_number(node.lower), _number(node.upper)}.isdisjoint({-SCOPE_DIGITS, -SCOPE_DIGITS - 1})
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            is_found = node.func.attr in ("rjust", "zfill") and _number(node.args[0]) == SCOPE_DIGITS
        else:
            is_found = (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and _FIVE.search(node.value) is not None
            )
        if is_found:
            yield ast.unparse(node), node.lineno


def payload_limits(tree: ast.Module) -> Found:
    """The number, computed or not, and texts with it that are no docstrings. By the name that it is given, if any."""
    named = {
        id(inner): ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for inner in ast.walk(node.value)
    }
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
        if (isinstance(node, ast.expr) and _number(node) == PAYLOAD_MAX) or (
            is_text and re.search("262[_,.]?144", str(node.value))
        ):
            yield named.get(id(node), ast.unparse(node)), node.lineno


def arn_cuts(tree: ast.Module) -> Found:
    """Cuts at colons of what is named after an ARN or a resource, cuts that leave what is behind the last colon, cuts
    into as many parts as an ARN has, and patterns of ARNs with named parts."""
    behind_last = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Subscript) and _is_last(node)}
    into_many = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)
        if len(node.targets[0].elts) >= ARN_PARTS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"arn:.*\(\?P<", node.value):
            yield "a pattern", node.lineno
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CUTS):
            continue
        if not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == ":"):
            continue
        limit = _number(node.args[1]) if len(node.args) > 1 else None
        if (
            _OF_ARNS.search(ast.unparse(node.func.value))
            or id(node) in behind_last | into_many
            or (limit is not None and limit >= ARN_PARTS - 1)
        ):
            yield ast.unparse(node), node.lineno


def _is_last(node: ast.Subscript) -> bool:
    """Is it what is behind the last colon: `rpartition(":")[2]`, or the last of a split?"""
    cut = (
        node.value.func.attr if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute) else ""
    )
    return (cut, _number(node.slice)) in {("rpartition", 2), ("rpartition", -1), ("split", -1), ("rsplit", -1)}


def _number(node: ast.AST | None) -> int | None:
    """The value of integer arithmetic on literals."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _number(node.operand)
        return None if number is None else -number
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _number(node.left), _number(node.right)
        if left is not None and right is not None and 0 <= left <= FACTOR_MAX and 0 <= right <= FACTOR_MAX:
            return _ARITHMETIC[type(node.op)](left, right)
    return None
