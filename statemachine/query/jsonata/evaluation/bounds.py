"""The bounds of an evaluation, and AWS's words for one that goes beyond them. Knows no evaluator.

Reported from AWS: a range of 873,782 numbers and a text of 2^22 characters still evaluate, and about 100 nested
evaluations. AWS counts memory. Ours: most arrays made in another way have the bound of a range, and only $pad and
$reduce look at the length of the text that they make. Other long texts are stopped by the memory or the time of their
process.
"""

from __future__ import annotations

from statemachine.query.evaluation import ExpressionFailed, ExpressionResult

SEQUENCE_MAX = 873_782
"""The most elements of an array."""
TEXT_MAX = 4_194_304
"""The most characters of a text."""

CODE = "U1001"
"""Ours: AWS's texts are those of jsonata's own web page, which has this code for them."""
_TOO_DEEP = "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive."
_TOO_LARGE = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
_TOO_LONG = "Expression evaluation timeout: Check for infinite loop"
"""Ours, as on that page."""
TOO_LARGE = ExpressionFailed(CODE, _TOO_LARGE)
TOO_LONG = ExpressionFailed(CODE, _TOO_LONG)

_FAILURES = {
    "D1011": ExpressionFailed(CODE, _TOO_DEEP),
    "D1012": TOO_LONG,
    "D2014": TOO_LARGE,
    "D2015": TOO_LARGE,
}
"""By the codes that evaluators have for their own bounds."""


def in_words_of_aws(result: ExpressionResult) -> ExpressionResult:
    """The same result, but a failure at a bound is told as by AWS."""
    return _FAILURES.get(result.code, result) if isinstance(result, ExpressionFailed) else result
