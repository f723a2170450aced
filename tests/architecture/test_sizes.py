"""Modules say what they are and stay small, functions too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.package import modules, shown, tree_of

LINES_MAX = 400
FUNCTION_LINES_MAX = 60


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_modules_say_what_they_are_and_stay_small(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree), f"{path} has no docstring"
    assert len(path.read_text().splitlines()) <= LINES_MAX, f"{path} is longer than {LINES_MAX} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{path}:{node.lineno} {node.name} has {length} lines"
