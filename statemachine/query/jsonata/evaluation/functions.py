"""The functions that Step Functions adds to JSONata, puts in the place of JSONata's own, or takes away.

To add one: a row here, and what it does in `host_functions`. Knows no evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from statemachine.query.jsonata.evaluation import host_functions as host
from statemachine.query.jsonata.evaluation.host_functions import Surroundings
from statemachine.query.view import ABSENT

HOST = "0"
"""What the names of the functions written in Python begin with inside an expression: no variable is called so."""


class HostedFunction(NamedTuple):
    """`parameters` and `signature` are in JSONata; `call` is given the Surroundings and the parameters. `body` is what
    makes something of its result: `{call}` stands for that."""

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
"""By their names without `$`."""

REMOVED = ("eval",)
"""The functions of JSONata that Step Functions has not."""


def functions_meant(expression: str, bindings: Mapping[str, Any]) -> list[str]:
    """The functions that the expression may mean: where there is a variable of that name, it means that."""
    return [name for name in FUNCTIONS if f"${name}" in expression and name not in bindings]


def with_functions(expression: str, names: Iterable[str]) -> str:
    """The expression behind the definitions of these functions.

    The work is done in Python, but each function is defined in JSONata: only so can it give undefined, be passed on
    and be partially applied like any other, whatever an evaluator makes of Python functions.
    """
    definitions = " ".join(_definition(name, FUNCTIONS[name]) for name in names)
    # A line of its own for the bracket: the expression may end in a comment.
    return f"({definitions} {expression}\n)" if definitions else expression


def hosted_functions(names: Iterable[str], surroundings: Surroundings) -> dict[str, Callable[..., list[Any]]]:
    """What the definitions of these functions call."""
    return {f"{HOST}{name}": _hosted(FUNCTIONS[name].call, surroundings) for name in names}


def _definition(name: str, function: HostedFunction) -> str:
    # What is written in Python gives an array of one value, or an empty one for undefined.
    call = f"${HOST}{name}({function.parameters})[0]"
    return f"${name} := function({function.parameters}){function.signature}{{ {function.body.format(call=call)} }};"


def _hosted(call: Callable[..., Any], surroundings: Surroundings) -> Callable[..., list[Any]]:
    def hosted(*arguments: Any) -> list[Any]:
        value = call(surroundings, *arguments)
        return [] if value is ABSENT else [value]

    return hosted
