"""The reference pages name everything that the code has to offer, and what is not there; README leads to every page."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from statemachine.api.rest import ROUTES
from statemachine.cli.main import main
from statemachine.config import ENVIRONMENT, Settings, ShellCommand, read_settings_with_origins
from statemachine.host import QueueLengths
from statemachine.metrics.counts import Counts
from statemachine.metrics.log_lines import LogLines
from statemachine.metrics.queues import Queues
from statemachine.service.actions import ACTIONS, wire_name
from statemachine.service.requests import members_of
from statemachine.tasks.kind import Failed, Succeeded, TaskAttempt, TaskKind
from statemachine.testing import InMemoryServer, in_memory_server
from tests.architecture.package import modules, tree_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EMPTY = QueueLengths(0, 0, 0, 0, 0, 0, 0, 0, 0)


def page(name: str) -> str:
    return (DOCS / name).read_text()


def options(command: Any) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts if name.startswith("--")]


def public(class_: type) -> list[str]:
    """The methods of a class that others call."""
    return [name for name, value in vars(class_).items() if callable(value) and not name.startswith("_")]


def metrics() -> Iterator[str]:
    """The names of the metrics, as a scrape shows those of counters."""
    registry = CollectorRegistry()
    Counts(registry)
    for family in [*registry.collect(), *Queues(lambda: EMPTY).collect(), *LogLines().collect()]:
        yield f"`{family.name}{'_total' if family.type == 'counter' else ''}"


def log_events() -> Iterator[str]:
    """The texts of all log lines."""
    yield from ("task failed", "task timed out")  # `engine/execution_log.py` takes them from a table
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.") and node.args:
                first = node.args[0]
                assert isinstance(first, ast.Constant) or path.stem == "execution_log", path
                if isinstance(first, ast.Constant):
                    yield first.value


def shell_errors() -> Iterator[str]:
    """The names of the errors of shell commands."""
    for path in modules("tasks"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from re.findall(r"^Shell\.\w+$", node.value)


NAMES = {
    "api.md": [
        *(action.name for action in ACTIONS.values() if action.is_aws), *ROUTES,
        "/health", "/health/live", "/health/ready", "/metrics",
    ],
    "settings.md": [
        *ENVIRONMENT, "STATEMACHINE_CONFIG", *(f"`{name}`" for name in Settings.__struct_fields__),
    ],
    "commands.md": [
        *(f"statemachine {command}" for command in main.commands), "STATEMACHINE_SERVER",
        *(option for command in main.commands.values() for option in options(command)),
    ],
    "definitions.md": [
        *(f"definitions/{path.name}" for path in (ROOT / "definitions").glob("*.json")),
        *(f"`{name}`" for name in ShellCommand.__struct_fields__), *sorted(set(shell_errors())),
    ],
    "extending.md": [
        *(f"`{name}(" for name in public(TaskKind) if name != "close"), "`async close()`",
        *(f"`{name}`" for name in TaskAttempt.__dataclass_fields__),
    ],
    "operations.md": [*metrics()],
    "testing.md": [f"server.{name}(" for name in public(InMemoryServer) if name != "until"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "wanted"), [(name, wanted) for name, names in NAMES.items() for wanted in names])
def test_a_page_names(name: str, wanted: str) -> None:
    assert wanted in page(name), f"docs/{name} does not name {wanted}"


def test_the_page_has_a_row_for_every_log_line() -> None:
    cells = {row.split(" | ")[0] for row in page("operations.md").splitlines() if row.startswith("| `")}
    named = {event for cell in cells for event in re.findall(r"`([^`]+)`", cell)}
    assert set(log_events()) <= named


def test_the_page_names_every_action_of_aws_that_is_not_there() -> None:
    for action in _service_model()["operations"]:
        assert re.search(rf"\b{action}\b", page("api.md")), action


def test_the_page_names_every_error_that_aws_does_not_have() -> None:
    known = {name for name, shape in _service_model()["shapes"].items() if shape.get("exception")}
    raised = {
        node.args[0].value
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ServiceError"
        if isinstance(node.args[0], ast.Constant)
    }
    assert len(raised) > 30
    for error in raised - known:
        assert error in page("api.md").partition("## Errors")[2], error


def _service_model() -> Any:
    loaders = pytest.importorskip("botocore.loaders")
    return loaders.Loader().load_service_model("stepfunctions", "service-2")


def test_the_page_names_every_member_that_is_refused() -> None:
    async def parameters() -> dict[str, set[str]]:
        async with in_memory_server() as server:
            verbs = {action.name: action.verb(server.parts.service) for action in ACTIONS.values() if action.is_aws}
            return {name: set(map(wire_name, signature(verb).parameters)) for name, verb in verbs.items()}

    rows = [line for line in page("api.md").splitlines() if "ValidationException" in line]
    for action, taken in asyncio.run(parameters()).items():
        for member in members_of(action) - taken:
            assert any(f"`{member}`" in row and action in row for row in rows), f"{action} refuses {member}"


def test_the_example_of_a_kind_of_task_performs_tasks() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", page("extending.md"), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    kind = names["Letters"]()
    assert kind.accepts("letters:count")
    assert not kind.accepts("letters:other")

    def task(arguments: Any) -> TaskAttempt:
        return TaskAttempt("t", "k", "letters:count", arguments, "", "arn", "S", "us-east-1", "000000000000")

    assert asyncio.run(kind.perform(task("a 1 b"))) == Succeeded('{"letters": 2}')
    assert isinstance(asyncio.run(kind.perform(task(None))), Failed)


def links(page: Path) -> list[str]:
    """The links of a page to others in this repository."""
    return [link for link in re.findall(r"\]\(([^)]+)\)", page.read_text()) if "://" not in link]


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page can be reached."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{page.name} links to {link}"
        assert not anchor or anchor in anchors(target), f"{page.name} links to {link}"


def test_readme_leads_to_every_page() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in links(ROOT / "README.md")}
    for page in DOCS.glob("*.md"):
        assert page in linked, f"README.md does not link to docs/{page.name}"


def test_the_settings_file_of_the_page_is_one(tmp_path: Path) -> None:
    file = tmp_path / "statemachine.toml"
    file.write_text(page("settings.md").partition("```toml\n")[2].partition("```")[0])
    settings, origins = read_settings_with_origins({}, {}, str(file))
    assert settings.functions == ("charge=definitions/functions.py:charge_card",)
    assert {name for name, origin in origins.items() if origin != "default"} == {
        "port", "running_max", "functions", "shell", "running_max_by_machine"
    }  # fmt: skip


def test_the_defaults_of_the_page_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \| [^|]* \|$", page("settings.md"), re.MULTILINE)
    shown = dict(rows)
    assert shown.keys() == set(Settings.__struct_fields__)
    settings = Settings()
    for name, text in shown.items():
        default = getattr(settings, name)
        if isinstance(default, bool):
            assert text == str(default).lower(), name
        elif default:
            assert text == (f"{default:g}" if isinstance(default, float) else str(default)), name
