"""Every module has a docstring, and modules and functions have a greatest number of lines."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.package import modules, shown, tree_of

LINES_MAX = 400
FUNCTION_LINES_MAX = 60


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_a_module_has_a_docstring_and_is_not_too_long(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree), f"{path} has no docstring"
    assert len(path.read_text().splitlines()) <= LINES_MAX, f"{path} is longer than {LINES_MAX} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{path}:{node.lineno} {node.name} has {length} lines"
