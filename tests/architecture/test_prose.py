"""Docstrings are plain: phrases that must be read twice may only become fewer.

"None stands for what there is none of" is said as "A field is None if the state does not have it."
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.package import modules, package_of, tree_of
from tests.architecture.ratchet import hold_numbers

RIDDLES = re.compile(
    r"\b(as it then is|minds nothing|nobody|somebody|there is none|what there is|who asks|who looks on|whoever)\b"
)
PACKAGES: dict[str, int] = {}
"""How many riddles each package has."""


def docstrings(tree: ast.Module) -> Iterator[str]:
    """The texts that stand alone: of modules, classes and functions, and those below a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def riddles(text: str) -> list[str]:
    return RIDDLES.findall(" ".join(text.lower().split()))


def test_docstrings_become_plainer() -> None:
    found: Counter[str] = Counter()
    for path in modules():
        found[package_of(path)] += sum(len(riddles(text)) for text in docstrings(tree_of(path)))
    hold_numbers(found, PACKAGES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("None stands for what there is none of.", ["what there is"]),
        ("The header, None where there\n    is none.", ["there is none"]),
        ("Whoever calls it, nobody waits.", ["whoever", "nobody"]),
        ("A field is None if the state does not have it.", []),
    ],
)
def test_what_a_riddle_is(text: str, found: list[str]) -> None:
    assert riddles(text) == found


def test_docstrings_are_found_wherever_they_stand() -> None:
    tree = ast.parse('"""a"""\nx = 1\n"""b"""\nclass C:\n    """c"""\n    def f(self): "d"\ny = "no docstring"')
    assert sorted(docstrings(tree)) == ["a", "b", "c", "d"]
