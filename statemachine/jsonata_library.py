"""jsonata-python, imported without what its import does to the process: it allows 10,000 nested calls, more than the
stack of a thread may hold. The recursion limit of before is put back.

Everything else takes the library's names from here. Knows no expression and no tree.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _recursion_limit_put_back() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


with _recursion_limit_put_back():
    from jsonata import JException, Jsonata, Parser, Utils  # type: ignore[import-untyped]

__all__ = ["JException", "Jsonata", "Parser", "Utils"]
