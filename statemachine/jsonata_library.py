"""jsonata-python, with two corrections.

Its import allows 10,000 nested calls, more than the stack of a thread may hold: the recursion limit of before is put
back. A function of JSONata that is passed to another one, as in `$map($x, $uppercase)`, is called without a look at its
arguments: here it is called as any other function.

Everything else takes the library's names from here. Knows no expression and no tree.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _recursion_limit_put_back() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


with _recursion_limit_put_back():
    from jsonata import Functions, JException, Jsonata, Parser, Utils  # type: ignore[import-untyped]


def _apply(function: Any, arguments: Any) -> Any:
    current = Jsonata.CURRENT.jsonata
    return current.apply(function, arguments, None, current.environment)


Functions.func_apply = staticmethod(_apply)

__all__ = ["Functions", "JException", "Jsonata", "Parser", "Utils"]
