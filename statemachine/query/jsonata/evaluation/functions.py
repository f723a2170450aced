"""The functions that Step Functions adds to JSONata, and those of JSONata that it replaces or removes.

To add a function, add a row here and its code to `host_functions`. Knows no evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from statemachine.query.jsonata.evaluation import host_functions as host
from statemachine.query.jsonata.evaluation.host_functions import Surroundings
from statemachine.query.view import ABSENT

HOST = "0"
"""The prefix of the Python functions' names inside an expression. No name of a variable begins with it."""


class HostedFunction(NamedTuple):
    """A function that is written in Python.

    `parameters`, `signature` and `body` are JSONata text. `call` gets the Surroundings and the parameters. In `body`,
    `{call}` stands for the result of `call`.
    """

    parameters: str
    call: Callable[..., Any]
    signature: str = ""
    body: str = "{call}"


FUNCTIONS: dict[str, HostedFunction] = {
    "partition": HostedFunction("$array, $size", host.partition),
    "range": HostedFunction("$start, $end, $step", host.range_),
    "hash": HostedFunction("$data, $algorithm", host.hash_),
    "random": HostedFunction("$seed", host.random),
    "uuid": HostedFunction("", host.uuid),
    "parse": HostedFunction("$text", host.parse_json),
    "shuffle": HostedFunction("$array", host.shuffle, "<a:a>"),
    "pad": HostedFunction("$text, $width, $padding", host.pad, "<s-ns?:s>"),
    "millis": HostedFunction("", host.millis),
    "now": HostedFunction("$picture, $timezone", host.millis, body="$fromMillis({call}, $picture, $timezone)"),
}
"""The functions by their names without `$`."""

REMOVED = ("eval",)
"""The functions of JSONata that Step Functions does not have."""


def functions_meant(expression: str, bindings: Mapping[str, Any]) -> list[str]:
    """The functions that the expression may call. A bound variable of the same name hides a function."""
    return [name for name in FUNCTIONS if f"${name}" in expression and name not in bindings]


def with_functions(expression: str, names: Iterable[str]) -> str:
    """The expression after the definitions of these functions.

    The work is done in Python, but each function is defined in JSONata. Only then can it give undefined, be passed as
    an argument and be applied partially in every evaluator.
    """
    definitions = " ".join(_definition(name, FUNCTIONS[name]) for name in names)
    # The bracket is on a new line, because the expression may end in a comment.
    return f"({definitions} {expression}\n)" if definitions else expression


def hosted_functions(names: Iterable[str], surroundings: Surroundings) -> dict[str, Callable[..., list[Any]]]:
    """The Python functions that the definitions call, by their names inside the expression."""
    return {f"{HOST}{name}": _hosted(FUNCTIONS[name].call, surroundings) for name in names}


def _definition(name: str, function: HostedFunction) -> str:
    # A Python function gives an array with one value, or an empty array for undefined.
    call = f"${HOST}{name}({function.parameters})[0]"
    return f"${name} := function({function.parameters}){function.signature}{{ {function.body.format(call=call)} }};"


def _hosted(call: Callable[..., Any], surroundings: Surroundings) -> Callable[..., list[Any]]:
    def hosted(*arguments: Any) -> list[Any]:
        value = call(surroundings, *arguments)
        return [] if value is ABSENT else [value]

    return hosted
