"""The analysis of an expression before it is evaluated, made once, when its definition is registered.

If the expression cannot be parsed, the worst is assumed. Knows no field.
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
from statemachine.query.jsonata.syntax import BUILT_IN, Node, NotParsed, read_syntax

STATES = "states"
"""The name of the object with the input, result, error output and context object of an expression."""

ANALYSES_MAX = 512
"""How many analyses are cached: a definition is validated, and then compiled."""

_NAME = re.compile(r"\$([^\W\d]\w*)")
_READS_TIME = frozenset({"now", "millis"})
_DRAWS_CHANCE = frozenset({"random", "uuid", "shuffle"})


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis of one expression.

    `reads` are the parts of bound values that it reads. `variables` are the names of the variables that it reads,
    without the names of built-in functions, although a variable may have such a name. `at_top` are its references to an
    input, which an expression of Step Functions does not have. `cost` is None if the text does not limit the cost.
    """

    reads: Reads
    variables: frozenset[str]
    at_top: tuple[str, ...]
    cost: int | None

    @property
    def reads_time(self) -> bool:
        """May the expression read the time?"""
        return not _READS_TIME.isdisjoint(self.reads)

    @property
    def draws_chance(self) -> bool:
        """May the expression draw a random value?"""
        return not _DRAWS_CHANCE.isdisjoint(self.reads)


@lru_cache(ANALYSES_MAX)
def analyse(text: str) -> Analysis:
    """The analysis of an expression. Raises ExpressionSyntaxError, with JSONata's code, if the text is no JSONata."""
    try:
        root = read_syntax(text)
        analysis = _analysed(root)
    except NotParsed as error:
        if error.refused:
            raise ExpressionSyntaxError(str(error)) from None
        return _unknown(text)
    except RecursionError:
        return _unknown(text)
    EVALUATOR.check(text)
    return analysis


def _analysed(root: Node) -> Analysis:
    references = references_of(root)
    return Analysis(reads_of(root), _variables(references.names), references.at_top, cost_of(root))


def _unknown(text: str) -> Analysis:
    """The worst case, for a text that the parser cannot parse. The evaluator decides if it is JSONata."""
    EVALUATOR.check(text)
    names = frozenset(_NAME.findall(text))
    return Analysis(dict.fromkeys(sorted(names)), _variables(names), (), None)


def _variables(names: frozenset[str]) -> frozenset[str]:
    return names - BUILT_IN - FUNCTIONS.keys() - {STATES}
