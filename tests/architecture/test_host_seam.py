"""Service, API and metrics use an engine only as a `Host`: they name no key, and read through `read` and `survey`.

The lists of exceptions hold code that is older than the rule. They may only shrink.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.package import dotted, imports, modules, shown, tree_of
from tests.architecture.ratchet import hold
from tests.architecture.references import scoped
from tests.architecture.row_readers import threads_that_read

ABOVE_THE_HOST = ["service", "api", "metrics"]
BESIDE_THEM = ["jobs", "replay", "background", "cli"]
BELOW_THE_HOST = ["statemachine.engine", "statemachine.checkpoint.keys"]

LOCAL_RUN = {("cli.local", "statemachine.engine"): "a run without a server has an engine of its own"}
IMPORTS_BELOW: set[tuple[str, str]] = set()
IMPORTS_A_STORE: set[tuple[str, str]] = set()
ASKS_FOR_A_STORE: set[tuple[str, str]] = set()
READS_IN_A_THREAD: set[tuple[str, ...]] = set()


def test_no_package_above_the_host_imports_what_is_below_it() -> None:
    found = {
        (_name(path), below): shown(path)
        for path in modules(*ABOVE_THE_HOST, *BESIDE_THEM)
        for name in imports(path)
        for below in BELOW_THE_HOST
        if f"{name}.".startswith(f"{below}.")
    }
    hold(found, IMPORTS_BELOW | LOCAL_RUN.keys())


def test_of_the_store_they_import_the_reading_half_alone() -> None:
    found = {
        (_name(path), alias.name): f"{shown(path)}:{node.lineno}"
        for path in modules(*ABOVE_THE_HOST)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if f"{getattr(node, 'module', alias.name)}.{alias.name}.".startswith("statemachine.store.")
        if alias.name != "Readable"
    }
    hold(found, IMPORTS_A_STORE)


def test_they_ask_for_no_store() -> None:
    found = {
        (_name(path), scope.within): f"{shown(path)}:{node.lineno}"
        for path in modules(*ABOVE_THE_HOST)
        for scope, node in scoped(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "store"
    }
    hold(found, ASKS_FOR_A_STORE)


def test_they_read_no_rows_in_a_thread_of_their_own() -> None:
    packages = ["service", "api"]
    found = {(_name(path), *call) for path in modules(*packages) for call in threads_that_read(path, packages)}
    hold(found, READS_IN_A_THREAD)


def _name(path: Path) -> str:
    return dotted(path).removeprefix("statemachine.")
