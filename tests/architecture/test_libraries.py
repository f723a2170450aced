"""Libraries that need care are used in one place only."""

from __future__ import annotations

import ast

from tests.architecture.package import imports, modules, shown, tree_of

JSONATA_IN = "jsonata_library.py"
"""The one module that imports jsonata-python, because that import changes the whole process."""


def test_only_our_subclass_opens_sqlitedict() -> None:
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "SqliteDict", f"{path}:{node.lineno} opens a bare SqliteDict"


def test_only_one_module_imports_jsonata_python() -> None:
    importers = {shown(path) for path in modules() if any(name.split(".")[0] == "jsonata" for name in imports(path))}
    assert importers == {JSONATA_IN}
