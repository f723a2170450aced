"""Pages, docstrings, messages and comments are plain: they have no phrases that must be read twice.

"None stands for what there is none of" is said as "A field is None if the state does not have it."
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.package import ROOT, modules, package_of, tree_of
from tests.architecture.ratchet import hold_numbers

RIDDLES = re.compile(
    r"\b(as good as|as it comes|as it then is|falls away|goes on|hears of|in their stead|leads on|minds nothing|nobody"
    r"|lets? (?:\w+ ){0,3}(?:out|through)|somebody|there is none|what there is|who asks|who looks on|whoever)\b"
    r"|\bof aws's(?= (?:that|whose|which)\b|[.,;:)]|$)"
)
PACKAGES: dict[str, int] = {}
"""How many riddles each package has: they may only become fewer."""

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SCHEMAS = sorted((ROOT / "schemas").glob("*.json"))
DESCRIPTIONS = ("description", "summary", "title")


def texts(tree: ast.Module) -> Iterator[str]:
    """Docstrings and messages: the strings of more than one word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 1:
            yield node.value


def comments(source: str) -> Iterator[str]:
    """The comments, those on following lines as one text."""
    lines: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if lines and token.start[0] > last + 1:
                yield " ".join(lines)
                lines = []
            lines.append(token.string.lstrip("# "))
            last = token.start[0]
    if lines:
        yield " ".join(lines)


def descriptions(value: Any) -> Iterator[str]:
    """The texts for people in a JSON document."""
    if isinstance(value, list):
        for element in value:
            yield from descriptions(element)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in DESCRIPTIONS and isinstance(member, str):
                yield member
            yield from descriptions(member)


def riddles(text: str) -> list[str]:
    return [found[0] for found in RIDDLES.finditer(" ".join(text.lower().split()))]


def test_texts_and_comments_become_plainer() -> None:
    found: Counter[str] = Counter()
    for path in modules():
        for text in (*texts(tree_of(path)), *comments(path.read_text())):
            found[package_of(path)] += len(riddles(text))
    hold_numbers(found, PACKAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_plain(page: Path) -> None:
    assert riddles(page.read_text()) == []


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_the_descriptions_in_a_schema_are_plain(schema: Path) -> None:
    assert [found for text in descriptions(json.loads(schema.read_text())) for found in riddles(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("None stands for what there is none of.", ["what there is"]),
        ("The header, None where there\n    is none.", ["there is none"]),
        ("Whoever calls it, nobody waits.", ["whoever", "nobody"]),
        (
            "The writer lets the commands out, and a filter lets through the rest.",
            ["lets the commands out", "lets through"],
        ),
        ("An action of AWS's; it is the one of AWS's that has the name.", ["of aws's", "of aws's"]),
        ("The limits of AWS's requests. One lets the loop run.", []),
        ("A field is None if the state does not have it.", []),
    ],
)
def test_what_a_riddle_is(text: str, found: list[str]) -> None:
    assert riddles(text) == found


def test_texts_are_found_wherever_they_stand() -> None:
    tree = ast.parse(
        '"""a a"""\nx = 1\n"""b b"""\nclass C:\n    """c c"""\n    def f(self): raise E(f"d d {x}", "word")'
    )
    assert [text.strip() for text in texts(tree)] == ["a a", "b b", "c c", "d d"]


def test_comments_on_following_lines_are_one_text() -> None:
    assert list(comments("x = 1  # a\n# b\n\ny = '# no comment'\n# c\n")) == ["a b", "c"]


def test_descriptions_are_found_wherever_they_stand() -> None:
    assert list(descriptions({"title": "a", "x": [{"description": "b", "summary": {"title": "c"}}]})) == ["a", "b", "c"]
