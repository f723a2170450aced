"""Libraries that need care are used in one place only."""

from __future__ import annotations

import ast

from tests.architecture.package import modules, tree_of


def test_only_our_subclass_opens_sqlitedict() -> None:
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "SqliteDict", f"{path}:{node.lineno} opens a bare SqliteDict"
