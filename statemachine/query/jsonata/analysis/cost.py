"""The cost of an expression: is it limited by the text and by the size of the values read, and by which factor?

Only the syntax that this module lists has a limited cost. Any other syntax may loop, and one such expression that
counted as cheap could stop the process. Listed syntax reads each value once for each place in the text, and its result
is not larger than these values together. Not listed are: functions defined in the expression, `:=`, ranges, wildcards,
joins, sorting, grouping, regular expressions, predicates that compute, and text inside a structure that itself becomes
text (each level doubles the backslashes).
"""

from __future__ import annotations

from statemachine.query.jsonata.syntax import Node, is_plain

COST_MAX = 256
"""The largest cost that counts as limited: joining texts one by one takes time in the square of their number."""

LINEAR_FUNCTIONS = frozenset(
    {
        *("exists", "not", "boolean", "type", "string", "number", "length", "count", "merge", "append"),
        *("sum", "max", "min", "average", "abs", "floor", "ceil", "round", "lowercase", "uppercase", "trim"),
        *("substring", "substringBefore", "substringAfter", "lookup", "parse", "hash"),
        *("now", "millis", "random", "uuid"),
    }
)
"""The functions that read their arguments once. Their results are not larger."""

_LITERALS = frozenset({"string", "number", "value"})
_OPERATORS = frozenset({"+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "&"})

_NO_TEXT, _TEXT, _STRUCTURE_IN_TEXT = range(3)
"""The position of a node: outside text, inside text, or inside a structure that becomes text."""


def cost_of(node: Node) -> int | None:
    """How many values the expression may read: one for each place in its text. None if the number has no limit."""
    try:
        cost = _cost(node, _NO_TEXT)
    except _Unbounded:
        return None
    return cost if cost <= COST_MAX else None


class _Unbounded(Exception):
    pass


def _cost(node: Node, part_of: int) -> int:
    if node.type in _LITERALS and is_plain(node):
        return 1
    if node.type == "path":
        return _cost_of_path(node)
    if node.type == "variable":
        return _cost_of_step(node)
    if not is_plain(node):
        raise _Unbounded
    parts = _parts(node)
    if _becomes_text(node):
        if part_of == _STRUCTURE_IN_TEXT:
            raise _Unbounded
        part_of = _TEXT
    elif part_of == _TEXT and node.type in ("unary", "function"):
        part_of = _STRUCTURE_IN_TEXT
    return 1 + sum(_cost(part, part_of) for part in parts)


def _parts(node: Node) -> list[Node]:
    """The nodes inside a listed node. Raises _Unbounded for any other node."""
    if node.type == "binary" and node.value in _OPERATORS:
        return [node.lhs, node.rhs]
    if node.type == "unary" and node.value == "-":
        return [node.expression]
    if node.type == "unary" and node.value == "[":
        return list(node.expressions)
    if node.type == "unary" and node.value == "{":
        return [part for member in node.lhs_object for part in member]
    if node.type == "condition":
        return [node.condition, node.then] + ([] if node._else is None else [node._else])
    if node.type == "block" and len(node.expressions) == 1:
        return list(node.expressions)
    if node.type == "function" and node.procedure.type == "variable" and node.procedure.value in LINEAR_FUNCTIONS:
        return list(node.arguments)
    raise _Unbounded


def _becomes_text(node: Node) -> bool:
    return bool(node.value == "&" or (node.type == "function" and node.procedure.value == "string"))


def _cost_of_path(path: Node) -> int:
    """The cost of a path of names, which visits each part of a value once, also in arrays."""
    head, *steps = path.steps
    if head.type != "variable" or path.group or any(step.type != "name" for step in steps):
        raise _Unbounded
    return sum(_cost_of_step(step) for step in path.steps)


def _cost_of_step(step: Node) -> int:
    """The cost of a variable or a name, which may have indexes after it, as in `[0]`."""
    places = [*(step.predicate or ()), *(step.stages or ())]
    if step.group or step.focus or step.index or step.tuple:
        raise _Unbounded
    if any(place.type != "filter" or place.expr.type != "number" for place in places):
        raise _Unbounded
    return 1 + len(places)
