"""jsonata-python, with the failures of the reference implementation: its rules for arguments, and the names and values
that its texts have.

Knows nothing of requests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from statemachine.jsonata_library import Functions, JException, Jsonata, Utils

_ITEMS = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}


class ReferenceJsonata(Jsonata):  # type: ignore[misc]
    """An expression to be evaluated once. Raises JException, and errors of Python where the library does."""

    def validate_arguments(self, function: Any, arguments: Any, context: Any) -> Any:
        """The arguments that the function's signature makes of the given ones. Raises T0410, T0411 and T0412."""
        is_lambda = Functions.is_lambda(function)
        signature = getattr(function, "signature", None) if is_lambda or Utils.is_function(function) else None
        return arguments if signature is None else _validated(signature._params, list(arguments), context)

    def evaluate_function(self, node: Any, input: Any, environment: Any, applied_to: Any) -> Any:
        """A call. A failure about arguments is given the name of the innermost function that the text calls."""
        try:
            return super().evaluate_function(node, input, environment, applied_to)
        except JException as error:
            if error.error in ("T0410", "T0411", "T0412") and error.expected is None:
                error.expected = _name(node.procedure)
            raise

    def apply_inner(self, function: Any, arguments: Any, input: Any, environment: Any) -> Any:
        """A call, without what the library prints if the value is no function."""
        if not self.is_function_like(function) and not isinstance(function, Jsonata.JLambda):
            raise JException("T1006", 0)
        return super().apply_inner(function, arguments, input, environment)


def _name(procedure: Any) -> str | None:
    if procedure.type == "path":
        return str(procedure.steps[0].value)
    return str(procedure.value) if procedure.type == "variable" else None


def _validated(parameters: Sequence[Any], arguments: list[Any], context: Any) -> list[Any]:
    supplied = "".join(map(_symbol, arguments))
    match = re.fullmatch("".join(f"({parameter.regex})" for parameter in parameters), supplied)
    if match is None:
        raise JException("T0410", -1, _first_wrong(parameters, supplied))
    validated: list[Any] = []
    place = 0
    for parameter, symbols in zip(parameters, match.groups(), strict=True):
        if symbols == "" and parameter.context:
            if not re.fullmatch(parameter.regex, _symbol(context)):
                raise JException("T0411", -1, place + 1)
            validated.append(context)
        for symbol in symbols or ("" if parameter.context else "m"):
            argument = arguments[place] if place < len(arguments) else None
            if parameter.type == "a" and symbol != "m":
                argument = _array(parameter.subtype, symbol, symbols, argument, place)
            validated.append(argument)
            place += 1
    return validated


def _array(subtype: str | None, symbol: str, symbols: str, argument: Any, place: int) -> Any:
    """The argument as an array. Raises T0412 if its elements have the wrong type."""
    if subtype is not None:
        fits = symbols == subtype if symbol != "a" else all(_symbol(element) == subtype[0] for element in argument)
        if not fits:
            raise JException("T0412", -1, place + 1, None, _ITEMS.get(subtype))
    return argument if symbol == "a" else [argument]


def _first_wrong(parameters: Sequence[Any], supplied: str) -> int:
    """The number of the first argument that does not match."""
    pattern, matched = "", 0
    for parameter in parameters:
        pattern += parameter.regex
        match = re.match(pattern, supplied)
        if match is None:
            break
        matched = match.end()
    return matched + 1


def _symbol(value: Any) -> str:
    if value is None:
        return "m"
    if value is Utils.NULL_VALUE:
        return "l"
    for symbol, types in (("s", str), ("b", bool), ("n", int | float), ("a", list), ("o", dict)):
        if isinstance(value, types):
            return symbol
    return "f"
