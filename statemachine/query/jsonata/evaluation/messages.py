"""Failed evaluations: JSONata's codes with the texts of its reference implementation.

Knows no expression and no field.
"""

from __future__ import annotations

import re
from typing import Any

from statemachine.jsonata_library import JException, Utils
from statemachine.query.evaluation import ExpressionFailed
from statemachine.query.jsonata.evaluation.texts import retold, text_of

_CODED = re.compile(r"\b([STDU]\d{4}): (.*)", re.DOTALL)

_CODE = re.compile(r"[STDU]\d{4}")
_UNCLOSED = "Unclosed comment"
"""The native evaluator has no code for it."""
_HOSTED = re.compile(r"^host function raised \w+: ")
"""The native evaluator's words before those of a Python function."""

_ARGUMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("S0201", "S0204", "S0205", "S0206", "S0211", "S0214", "T1005", "T1007"), ("token",)),
    **dict.fromkeys(("T2001", "T2002", "T2010"), ("token",)),
    **dict.fromkeys(("S0213", "T1003", "D1009", "D1001", "T2011", "T2012", "D2014", "D3060"), ("value",)),
    **dict.fromkeys(("D3030", "D3110", "D3130", "D3132", "D3133"), ("value",)),
    **dict.fromkeys(("D3137", "D3141"), ("message",)),
    "S0102": ("token",),
    "S0103": ("token",),
    "S0202": ("value", "token"),
    "S0203": ("value",),
    "S0208": ("value",),
    "T0410": ("index", "token"),
    "T0411": ("index", "token"),
    "T0412": ("index", "token", "type"),
    "D1002": ("token", "value"),
    # The library compares the later value with the earlier one.
    "T2007": ("value2", "value"),
    "T2009": ("value", "value2", "token"),
    "D3061": ("value", "exp"),
    "D3140": ("functionName", "value"),
}
"""By code: the names of the values that an exception of jsonata-python has, in their order."""


def worded(failure: ExpressionFailed) -> str:
    """The code and the text in AWS's form."""
    return f"{failure.code}: {failure.message}" if failure.code else failure.message


def failure_of(text: str) -> ExpressionFailed:
    """The failure that an evaluator reported as `text`. The evaluator may write its own words before the code."""
    match = _CODED.search(text)
    if match is None and _UNCLOSED in text:
        return ExpressionFailed("S0106", retold("S0106", ""))
    if match is None:
        return ExpressionFailed("", _HOSTED.sub("", text))
    code, message = match.groups()
    return ExpressionFailed(code, retold(code, message))


def failure_from(error: JException) -> ExpressionFailed:
    """The failure that jsonata-python raised as an exception."""
    values = dict(zip(_ARGUMENTS.get(error.error, ()), (error.current, error.expected, error.extra), strict=False))
    code = error.error
    if code == "S0301" and error.current is not None:
        # The library has the wrong code for an unknown escape sequence.
        code, values = "S0103", {"token": error.current}
    if code == "D3100":
        # The library has the radix in the wrong place.
        values = {"value": error.location}
    if code in ("T0410", "T0411", "T0412") and values["token"] is None:
        del values["token"]
    text = text_of(code, {name: _value(value) for name, value in values.items()})
    if text is None:
        # Some of the library's errors have a text in the place of the code.
        return ExpressionFailed(code if _CODE.fullmatch(code) else "", str(error))
    return ExpressionFailed(code, text)


def _value(value: Any) -> Any:
    """The JSON value. As in JavaScript, null stands for a function."""
    if isinstance(value, dict):
        return {name: _value(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_value(element) for element in value]
    if value is None or value is Utils.NULL_VALUE or not isinstance(value, str | int | float):
        return None
    return value
