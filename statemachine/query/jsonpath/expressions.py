"""The value of a `.$` key: a path, or a call of an intrinsic function.

Every field that takes either of them is parsed here.
"""

from __future__ import annotations

from statemachine.query.jsonpath.intrinsics.calls import IntrinsicCall, read_call
from statemachine.query.jsonpath.paths.path import Path, parse_path
from statemachine.query.jsonpath.paths.scanner import Scanner

Expression = Path | IntrinsicCall


def parse_expression(text: str) -> Expression:
    """The compiled path or call. Both have `read`, `reader(field)` and `variables`.

    Blanks may follow a call (AWS's own editor accepts them). Raises ExpressionSyntaxError.
    """
    if not isinstance(text, str) or not text.startswith("States."):
        return parse_path(text)
    scanner = Scanner(text)
    call = read_call(scanner)
    scanner.skip_blanks()
    if not scanner.at_end:
        raise scanner.refusal("Nothing may follow a call")
    return call


def variables_read(text: str) -> frozenset[str]:
    """The names of the variables that an expression reads. Raises ExpressionSyntaxError."""
    return parse_expression(text).variables
