"""No two classes have the same name, and no module or package has a name that says nothing, such as utils."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.architecture.package import dotted, modules, tree_of
from tests.architecture.ratchet import hold, hold_numbers

SHARED_NAMES: dict[str, int] = {}
"""How many classes have the same name."""

EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
EMPTY_NAMED: dict[str, str] = {}


def test_no_two_classes_have_the_same_name() -> None:
    places = defaultdict(list)
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(dotted(path))
    hold_numbers({name: len(where) for name, where in places.items() if len(where) > 1}, SHARED_NAMES)


def test_no_module_or_package_has_a_name_that_says_nothing() -> None:
    names = [dotted(path).removeprefix("statemachine.") for path in modules()]
    hold([name for name in names if EMPTY_NAMES.intersection(name.split("."))], EMPTY_NAMED)
