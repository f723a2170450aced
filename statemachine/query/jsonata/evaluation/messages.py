"""The texts of failed evaluations: JSONata's codes with the texts of its reference implementation.

AWS uses these texts too (recorded: T1006). Knows no expression and no field.
"""

from __future__ import annotations

import re

from statemachine.jsonata_library import JException
from statemachine.query.evaluation import ExpressionFailed

_CODED = re.compile(r"\b([STDU]\d{4}): (.*)", re.DOTALL)
_PLACEHOLDER = "{{"


def worded(failure: ExpressionFailed) -> str:
    """The code and the text in AWS's form."""
    return f"{failure.code}: {failure.message}" if failure.code else failure.message


def failure_of(text: str) -> ExpressionFailed:
    """The failure that an evaluator reported as `text`. The evaluator may write its own words before the code."""
    match = _CODED.search(text)
    if match is None:
        return ExpressionFailed("", text)
    code, message = match.groups()
    reference = JException.error_codes.get(code, _PLACEHOLDER)
    if _PLACEHOLDER in reference:
        return ExpressionFailed(code, message)
    # The library was ported from Java: its texts say Object where the reference says function.
    return ExpressionFailed(code, reference.replace("Object", "function"))
