"""Importing JSONata does not change the recursion limit of the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

QUERY = """
from importlib import import_module
from pkgutil import walk_packages
import statemachine.query
for module in walk_packages(statemachine.query.__path__, "statemachine.query."):
    import_module(module.name)
assert "jsonata" in sys.modules
"""


def limit_after(statements: str, limit: int) -> int:
    """The recursion limit of a new process that sets `limit` and then runs `statements`."""
    text = f"import sys\nsys.setrecursionlimit({limit})\n{statements}\nprint(sys.getrecursionlimit())"
    return int(subprocess.run([sys.executable, "-c", text], capture_output=True, check=True).stdout)


@pytest.mark.parametrize("limit", [1_000, 2_345, 20_000])
def test_importing_the_query_languages_leaves_the_recursion_limit(limit: int) -> None:
    assert limit_after(QUERY, limit) == limit


def test_the_library_alone_changes_it() -> None:
    """The reason for statemachine/jsonata_library.py."""
    assert limit_after("import jsonata", 2_345) == 10_000
