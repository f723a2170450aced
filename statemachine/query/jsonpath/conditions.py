"""Choice rules: And, Or, Not and the comparison operators. Each rule becomes a closure from a view to true or false.

To add an operator, add a row to a table below. Knows nothing of the Choice state, its Next or its Default.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure
from statemachine.query.jsonpath.paths.path import Path, parse_path
from statemachine.query.jsonpath.wildcards import compile_wildcards
from statemachine.query.language import Condition, Reader
from statemachine.query.view import ABSENT, View
from statemachine.query.work import LONG, Work
from statemachine.times.timestamps import parse_timestamp

EACH_TESTED = 0.0005
"""The work of a character of a text that is tested."""

Comparable = Any
"""A value in a form that can be compared with others of its type. ABSENT for a value of another type."""


def _text(value: Any) -> Comparable:
    return value if isinstance(value, str) else ABSENT


def _text_units(value: Any) -> Comparable:
    # Java compares UTF-16 code units. Beyond U+FFFF their order differs from Python's.
    return value.encode("utf-16-be", "surrogatepass") if isinstance(value, str) else ABSENT


def _number(value: Any) -> Comparable:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else ABSENT


def _boolean(value: Any) -> Comparable:
    return value if isinstance(value, bool) else ABSENT


def _timestamp(value: Any) -> Comparable:
    nanoseconds = parse_timestamp(value)
    return ABSENT if nanoseconds is None else nanoseconds


ToComparable = Callable[[Any], Comparable]
"""From a JSON value to the value that an operator compares."""
Relation = Callable[[Comparable, Comparable], bool]
"""From the values on the left and right of an operator to its answer."""

_ORDERS: dict[str, Relation] = {
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}

COMPARISONS: dict[str, tuple[ToComparable, Relation]] = {
    "StringEquals": (_text, operator.eq),
    "NumericEquals": (_number, operator.eq),
    "BooleanEquals": (_boolean, operator.eq),
    "TimestampEquals": (_timestamp, operator.eq),
    **{f"String{order}": (_text_units, relation) for order, relation in _ORDERS.items()},
    **{f"Numeric{order}": (_number, relation) for order, relation in _ORDERS.items()},
    **{f"Timestamp{order}": (_timestamp, relation) for order, relation in _ORDERS.items()},
}
"""Operators that compare the Variable with a literal. With the suffix `Path` they compare it with a path's value."""

TYPE_TESTS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not ABSENT,
    "IsString": lambda value: isinstance(value, str),
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: _timestamp(value) is not ABSENT,
}
"""Operators that test the type of the Variable. Their literal is the wanted answer."""

OPERATORS = frozenset(
    {*COMPARISONS, *(f"{name}Path" for name in COMPARISONS), *TYPE_TESTS, "IsPresent", "StringMatches"}
)
"""All comparison operators of the States Language."""

_COMBINATIONS = frozenset({"And", "Or", "Not"})


def compile_rule(rule: Mapping[str, Any], where: str) -> Condition:
    """The test of a rule and of the rules nested in it. `where` is the place of the rule, as in `Choices[1]`.

    Raises ExpressionSyntaxError. The test raises RuntimeFailure if a path finds nothing, except the path of IsPresent.
    """
    if not isinstance(rule, Mapping):
        raise ExpressionSyntaxError(f"{where} must be an object")
    operators = [name for name in rule if name in OPERATORS or name in _COMBINATIONS]
    if len(operators) != 1:
        raise ExpressionSyntaxError(f"{where} must hold exactly one operator but has {len(operators)}")
    name = operators[0]
    if name in _COMBINATIONS:
        return _combination(name, rule[name], f"{where}/{name}")
    if "Variable" not in rule:
        raise ExpressionSyntaxError(f"{where} must have a Variable")
    return _comparison(name, parse_path(rule["Variable"]), rule[name], where)


def _combination(name: str, rules: Any, where: str) -> Condition:
    if name == "Not":
        inner = compile_rule(rules, where)
        return lambda view: not inner(view)
    if not isinstance(rules, list) or not rules:
        raise ExpressionSyntaxError(f"{where} must be a non-empty array of rules")
    parts = [compile_rule(rule, f"{where}[{place}]") for place, rule in enumerate(rules)]
    if name == "And":
        return lambda view: all(part(view) for part in parts)
    return lambda view: any(part(view) for part in parts)


def _comparison(name: str, variable: Path, operand: Any, where: str) -> Condition:
    if name == "IsPresent":
        return _presence(variable, operand)
    value = _reader(variable)
    if name in TYPE_TESTS:
        test = TYPE_TESTS[name]
        return lambda view: test(value(view)) is operand
    if name == "StringMatches":
        if not isinstance(operand, str):
            raise ExpressionSyntaxError(f"{where}/StringMatches must be a string")
        matches = compile_wildcards(operand)
        return lambda view: isinstance(text := value(view), str) and _tested(view, matches, text)
    if name in COMPARISONS:
        comparable, relation = COMPARISONS[name]
        return _with_literal(_comparing(value, comparable), relation, comparable(operand))
    comparable, relation = COMPARISONS[name.removesuffix("Path")]
    other = _reader(parse_path(operand))
    return _with_path(_comparing(value, comparable), relation, _comparing(other, comparable))


def _comparing(read: Reader, comparable: ToComparable) -> Reader:
    """The reader of a value in the form that can be compared."""
    if comparable is not _text_units:
        return lambda view: comparable(read(view))
    return lambda view: _tested(view, comparable, read(view))


def _tested(view: View, test: Callable[[Any], Any], found: Any) -> Any:
    """What `test` gives for a value. The characters of a long text count as work."""
    if not isinstance(found, str) or len(found) < LONG:
        return test(found)
    return view.work.once(_counted, view.work, test, found)


def _counted(work: Work, test: Callable[[Any], Any], text: str) -> Any:
    work.charge(EACH_TESTED * len(text))
    return test(text)


def _with_literal(value: Reader, relation: Relation, right: Comparable) -> Condition:
    def test(view: View) -> bool:
        left = value(view)
        return left is not ABSENT and right is not ABSENT and relation(left, right)

    return test


def _with_path(value: Reader, relation: Relation, other: Reader) -> Condition:
    def test(view: View) -> bool:
        left, right = value(view), other(view)
        return left is not ABSENT and right is not ABSENT and relation(left, right)

    return test


def _presence(variable: Path, wanted: bool) -> Condition:
    find, definite = variable.find, variable.definite

    def test(view: View) -> bool:
        value = find(view)
        return (value is not ABSENT if definite else bool(value)) is wanted

    return test


def _reader(path: Path) -> Reader:
    return path.read_or(
        lambda view: RuntimeFailure(
            f"Invalid path '{path.text}': The choice state's condition path references an invalid value."
        )
    )
