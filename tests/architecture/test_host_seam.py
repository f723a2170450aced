"""What service, API and metrics know of an engine is its host: they name no key, and read through `read` and `survey`.

All lists of exceptions are of what was there before the rule; they may only shrink.
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

LOCAL_RUN = {
    ("cli.local", "statemachine.engine"): "a run without a server has an engine of its own",
    ("cli.local", "statemachine.checkpoint.keys"): "it asks that engine's store for its one execution",
}
IMPORTS_BELOW = {
    ("service.activities", "statemachine.checkpoint.keys"),
    ("service.census", "statemachine.checkpoint.keys"),
    ("service.executions", "statemachine.checkpoint.keys"),
    ("service.jobs", "statemachine.checkpoint.keys"),
    ("service.keyed_starts", "statemachine.checkpoint.keys"),
    ("service.listings", "statemachine.checkpoint.keys"),
    ("service.state_machines", "statemachine.checkpoint.keys"),
    ("service.system", "statemachine.checkpoint.keys"),
    ("service.tasks", "statemachine.checkpoint.keys"),
}
IMPORTS_A_STORE = {
    ("service.census", "Store"),
    ("service.executions", "Store"),
    ("service.listings", "Store"),
    ("service.system", "Store"),
    ("service.tasks", "Store"),
}
ASKS_FOR_A_STORE = {
    ("service.executions", "Executions._events"),
    ("service.executions", "Executions._page"),
    ("service.executions", "Executions.describe"),
    ("service.executions", "Executions.describe_state_machine"),
    ("service.executions", "Executions.history"),
    ("service.executions", "Executions.stop"),
    ("service.jobs", "Jobs.latest"),
    ("service.jobs", "Jobs.state"),
    ("service.keyed_starts", "KeyedStarts._read"),
    ("service.listings", "Listings.list_page"),
    ("service.progress", "Progress._has_changed"),
    ("service.progress", "Progress.updates"),
    ("service.progress", "Progress.wait"),
    ("service.state_machines", "StateMachines._unended"),
    ("service.system", "System.__init__"),
    ("service.system", "System.describe"),
    ("service.tasks", "Tasks._page"),
}
READS_IN_A_THREAD = {
    ("api.rest.jobs", "JobState.on_get", "jobs.latest"),
    ("api.rest.jobs", "JobState.on_get", "jobs.state"),
    ("service.jobs", "Jobs.execute", "self.state"),
    ("service.listings", "Listings.list_page", "_page"),
    ("service.system", "System.describe", "_count"),
    ("service.tasks", "Tasks.list_page", "self._page"),
}


def test_no_room_above_the_host_imports_what_is_below_it() -> None:
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
    rooms = ["service", "api"]
    found = {(_name(path), *call) for path in modules(*rooms) for call in threads_that_read(path, rooms)}
    hold(found, READS_IN_A_THREAD)


def _name(path: Path) -> str:
    return dotted(path).removeprefix("statemachine.")
