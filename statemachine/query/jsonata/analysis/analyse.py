"""What can be known of an expression before it is evaluated, found once, when its definition is registered.

Where the text cannot be looked into, everything is assumed that would otherwise be ruled out. Knows no field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonata.analysis.cost import cost_of
from statemachine.query.jsonata.analysis.reads import Reads, reads_of
from statemachine.query.jsonata.analysis.references import references_of
from statemachine.query.jsonata.evaluation.functions import FUNCTIONS
from statemachine.query.jsonata.evaluation.installed import EVALUATOR
from statemachine.query.jsonata.syntax import BUILT_IN, Node, Unread, read_syntax

STATES = "states"
"""The name under which an expression finds its input, result, error output and context object."""

KNOWN_MAX = 512
"""How many texts are kept with what is known of them: a definition is validated before it is compiled."""

_NAME = re.compile(r"\$([^\W\d]\w*)")
_FOUND_LATE = "S0212"
"""What is on the left of `:=`: the native evaluator looks at it only when it evaluates."""
_TELLS_TIME = frozenset({"now", "millis"})
_DRAWS_CHANCE = frozenset({"random", "uuid", "shuffle"})


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of one expression.

    `reads` are the parts of bound values that it looks at; `variables` are the names of the variables it reads (a
    built-in function is none, though a variable may bear its name); `at_top` are references to an input that there is
    none of; `cost` is None where the text does not bound it.
    """

    reads: Reads
    variables: frozenset[str]
    at_top: tuple[str, ...]
    cost: int | None

    @property
    def tells_time(self) -> bool:
        """May it ask what time it is?"""
        return not _TELLS_TIME.isdisjoint(self.reads)

    @property
    def draws_chance(self) -> bool:
        """May it ask for something random?"""
        return not _DRAWS_CHANCE.isdisjoint(self.reads)


@lru_cache(KNOWN_MAX)
def analyse(text: str) -> Analysis:
    """What is known of the expression. Raises ExpressionSyntaxError, with JSONata's code, for text that is none."""
    try:
        root = read_syntax(text)
        known = _analysed(root)
    except Unread as unread:
        return _unknown(text, str(unread) if unread.refused else None)
    except RecursionError:
        return _unknown(text, None)
    EVALUATOR.check(text)
    return known


def _analysed(root: Node) -> Analysis:
    references = references_of(root)
    return Analysis(reads_of(root), _variables(references.names), references.at_top, cost_of(root))


def _unknown(text: str, refusal: str | None) -> Analysis:
    """What must be assumed of a text that the parser refuses, or cannot read; the evaluator decides."""
    try:
        EVALUATOR.check(text)
    except ExpressionSyntaxError as error:
        raise ExpressionSyntaxError(refusal or str(error)) from None
    if refusal is not None and refusal.startswith(_FOUND_LATE):
        raise ExpressionSyntaxError(refusal)
    names = frozenset(_NAME.findall(text))
    return Analysis(dict.fromkeys(sorted(names)), _variables(names), (), None)


def _variables(names: frozenset[str]) -> frozenset[str]:
    return names - BUILT_IN - FUNCTIONS.keys() - {STATES}
