"""What crosses the border to whoever evaluates expressions: a EvaluationRequest there, an EvaluationResult back.

Plain data that msgspec turns into JSON and back. Knows no state, no field and no evaluator.
"""

from __future__ import annotations

import msgspec


class EvaluationLimits(msgspec.Struct, frozen=True):
    """What each expression may use: milliseconds, nested evaluations, elements of one sequence; and how many
    characters of JSON text all results may have together."""

    milliseconds: int = 500
    depth: int = 500
    sequence: int = 1_000_000
    characters: int = 1_048_576


class EvaluationRequest(msgspec.Struct, frozen=True):
    """Expressions to be evaluated in this order.

    `bindings` is the JSON text of an object: what each `$name` stands for. `now` is in epoch milliseconds; `seed` is
    what chance is drawn from. Both are left empty where no expression asks for them, so that the same expressions
    over the same values make the same request.
    """

    expressions: tuple[str, ...]
    bindings: str
    now: int = 0
    seed: str = ""
    limits: EvaluationLimits = EvaluationLimits()


class Value(msgspec.Struct, frozen=True, tag=True):
    """The expression gave this JSON value."""

    text: str


class Undefined(msgspec.Struct, frozen=True, tag=True):
    """The expression gave nothing, which is not null."""


class Unsupported(msgspec.Struct, frozen=True, tag=True):
    """The expression gave a function or a regular expression, or a value that holds one."""


class ExpressionFailed(msgspec.Struct, frozen=True, tag=True):
    """The evaluation failed. `code` is JSONata's, as in T1006, or empty where there is none."""

    code: str
    message: str


ExpressionResult = Value | Undefined | Unsupported | ExpressionFailed


class EvaluationResult(msgspec.Struct, frozen=True):
    """One outcome for each expression, in their order, up to the first that ExpressionFailed."""

    outcomes: tuple[ExpressionResult, ...]
