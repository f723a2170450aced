"""The data between the interpreter and an evaluator of expressions: an EvaluationRequest, and its EvaluationResult.

Plain data, which msgspec writes as JSON and reads. Knows no state, no field and no evaluator.
"""

from __future__ import annotations

import msgspec


class EvaluationLimits(msgspec.Struct, frozen=True):
    """The most that each expression may use: milliseconds, depth of nested evaluations, elements of one sequence.
    `characters` limits the JSON text of all results of a request together.

    The milliseconds are those of the clock, so they are only the last resort where nothing limits the processor time:
    the process of an evaluation is limited to much less work."""

    milliseconds: int = 600_000
    depth: int = 99
    sequence: int = 873_782
    characters: int = 1_048_576


class EvaluationRequest(msgspec.Struct, frozen=True):
    """Expressions to evaluate in this order.

    `bindings` is the JSON text of an object: the value of each `$name`. `now` is the time in epoch milliseconds.
    `seed` is the seed of random values. If no expression uses the time, `now` is 0; if none uses chance, `seed` is
    empty. So equal expressions over equal values make equal requests.
    """

    expressions: tuple[str, ...]
    bindings: str
    now: int = 0
    seed: str = ""
    limits: EvaluationLimits = EvaluationLimits()


class Value(msgspec.Struct, frozen=True, tag=True):
    """The expression gave a JSON value. `text` is its JSON text."""

    text: str


class Undefined(msgspec.Struct, frozen=True, tag=True):
    """The expression gave undefined, which is not null."""


class Unsupported(msgspec.Struct, frozen=True, tag=True):
    """The expression gave a function or a regular expression, or a value that holds one."""


class ExpressionFailed(msgspec.Struct, frozen=True, tag=True):
    """The evaluation failed. `code` is JSONata's, such as T1006, or empty if the error has no code."""

    code: str
    message: str


ExpressionResult = Value | Undefined | Unsupported | ExpressionFailed


class EvaluationResult(msgspec.Struct, frozen=True):
    """One result for each expression, in their order, up to the first ExpressionFailed."""

    results: tuple[ExpressionResult, ...]
