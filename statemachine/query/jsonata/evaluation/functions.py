"""The functions that Step Functions adds to JSONata, and those of JSONata that it replaces or removes.

To add a function, add a row here and its code to `host_functions`. Knows no evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from statemachine.query.jsonata.evaluation import corrected_functions as corrected
from statemachine.query.jsonata.evaluation import host_functions as host
from statemachine.query.jsonata.evaluation.bounds import TEXT_MAX
from statemachine.query.jsonata.evaluation.host_functions import Surroundings
from statemachine.query.view import ABSENT

HOST = "0"
"""The prefix of the Python functions' names inside an expression. No name of a variable begins with it."""


EXPRESSIONS_MAX = 1024
"""How many expressions are remembered with the functions that they may call."""

ORIGINAL = "$0original_"
"""The prefix of a function that is replaced, inside an expression."""

NO_ARGUMENTS = "()"
"""In the place of `arguments`: the call has none, although the function has parameters."""

_ONE = "($contains($picture, '%') ? 111.11 : $contains($picture, '‰') ? 11.111 : 11111)"
_ONES = f"{ORIGINAL}formatNumber($number < 0 ? -{_ONE} : {_ONE}, $picture, $options)"
"""Text with five ones in the place of the five characters of `1e+21`."""
_FROM_ZERO = f"{ORIGINAL}toMillis($exists($picture) ? $text : $replace($text, 'T24:00:00', 'T00:00:00'), $picture)"


def _checked(body: str) -> str:
    """The value of `body`, if it is no text that is too long."""
    return f"($0made := {body}; $type($0made) = 'string' and $length($0made) > {TEXT_MAX} ? {{call}} : $0made)"


class HostedFunction(NamedTuple):
    """A function that is written in Python, or whose `body` alone makes it.

    `parameters`, `signature` and `body` are JSONata text. `call` gets the Surroundings and the parameters. In `body`,
    `{call}` stands for the result of `call`, which gets the parameters or, if there are any, the `arguments`. Both may
    call the function that this one replaces: `$0original` is followed by its name.
    """

    parameters: str
    call: Callable[..., Any] | None
    signature: str = ""
    body: str = "{call}"
    arguments: str = ""


FUNCTIONS: dict[str, HostedFunction] = {
    "partition": HostedFunction("$array, $size", host.partition),
    "range": HostedFunction("$start, $end, $step", host.range_),
    "hash": HostedFunction("$data, $algorithm", host.hash_),
    "random": HostedFunction("$seed", host.random),
    "uuid": HostedFunction("", host.uuid),
    "parse": HostedFunction("$text", host.parse_json),
    "shuffle": HostedFunction("$array", host.shuffle, "<a:a>"),
    "pad": HostedFunction("$text, $width, $padding", host.pad, "<s-ns?:s>"),
    "number": HostedFunction("$value", corrected.number, "<(nsb)-:n>"),
    "formatBase": HostedFunction("$number, $radix", corrected.format_base, "<n-n?:s>"),
    "formatNumber": HostedFunction(
        "$number, $picture, $options",
        corrected.large_number,
        "<n-so?:s>",
        f"$abs($number) >= 1e21 ? {{call}} : {ORIGINAL}formatNumber($number, $picture, $options)",
        f"$number, $picture, {_ONES}",
    ),
    "fromMillis": HostedFunction(
        "$millis, $picture, $timezone",
        corrected.whole_millis,
        "<n-s?s?:s>",
        f"{ORIGINAL}fromMillis({{call}}, $picture, $timezone)",
        "$millis",
    ),
    "toMillis": HostedFunction(
        "$text, $picture", corrected.to_millis, "<s-s?:n>", arguments=f"$text, $picture, {_FROM_ZERO}"
    ),
    "base64decode": HostedFunction("$text", corrected.base64_decode, "<s-:s>"),
    "encodeUrl": HostedFunction("$text", corrected.encode_url, "<s-:s>"),
    "encodeUrlComponent": HostedFunction("$text", corrected.encode_url_component, "<s-:s>"),
    "decodeUrl": HostedFunction("$text", corrected.decode_url, "<s-:s>"),
    "decodeUrlComponent": HostedFunction("$text", corrected.decode_url_component, "<s-:s>"),
    "reduce": HostedFunction(
        "$array, $function, $init",
        host.too_long,
        "<afj?:j>",
        _checked(
            f"$count($array) = 0 ? ($exists($array) ? $init) :"
            f" $exists($init) ? {ORIGINAL}reduce($array, $function, $init) : {ORIGINAL}reduce($array, $function)"
        ),
        NO_ARGUMENTS,
    ),
    "clone": HostedFunction("$value", None, "<(oa)-:o>", "$value"),
    "millis": HostedFunction("", host.millis),
    "now": HostedFunction("$picture, $timezone", host.millis, body="$fromMillis({call}, $picture, $timezone)"),
}
"""The functions by their names without `$`."""

REMOVED = ("eval",)
"""The functions of JSONata that Step Functions does not have."""


def functions_meant(expression: str, bindings: Mapping[str, Any]) -> list[str]:
    """The functions that the expression may call. A bound variable of the same name hides a function."""
    return [name for name in _named(expression) if name not in bindings]


@lru_cache(EXPRESSIONS_MAX)
def _named(expression: str) -> tuple[str, ...]:
    return tuple(name for name in FUNCTIONS if f"${name}" in expression)


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
    calls = {name: FUNCTIONS[name].call for name in names}
    return {f"{HOST}{name}": _hosted(call, surroundings) for name, call in calls.items() if call is not None}


def _definition(name: str, function: HostedFunction) -> str:
    # A Python function gives an array with one value, or an empty array for undefined.
    arguments = "" if function.arguments == NO_ARGUMENTS else function.arguments or function.parameters
    call = f"${HOST}{name}({arguments})[0]"
    replaced = f"{ORIGINAL}{name}"
    original = f"{replaced} := ${name}; " if replaced in function.body + function.arguments else ""
    body = function.body.format(call=call)
    return f"{original}${name} := function({function.parameters}){function.signature}{{ {body} }};"


def _hosted(call: Callable[..., Any], surroundings: Surroundings) -> Callable[..., list[Any]]:
    def hosted(*arguments: Any) -> list[Any]:
        value = call(surroundings, *arguments)
        return [] if value is ABSENT else [value]

    return hosted
