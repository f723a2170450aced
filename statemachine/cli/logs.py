"""What the functions of an execution have printed, for `statemachine show --logs`. Must not know the history."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.cli.execution_argument import ExecutionName
from statemachine.cli.server_client import JsonObject, ServerClient
from statemachine.safe_text import safe


def read_logs(server: ServerClient, execution: ExecutionName) -> Iterator[JsonObject]:
    """The logs of an execution as the REST API gives them, in the order in which the attempts ended. Raises Refusal."""
    for page in server.pages(*execution.path, "logs"):
        yield from page["logs"]


def log_lines(log: JsonObject) -> Iterator[str]:
    """One log for people: a line that says whose it is, then what was printed."""
    scope = f" in {log['scope']}" if log["scope"] else ""
    yield safe(f"log of {log['state']}{scope}, attempt {log['attempt']}, until {log['timestamp']}:")
    if log["cutBytes"]:
        yield f"  … {log['cutBytes']} bytes before this are not kept"
    for line in log["text"].splitlines():
        yield f"  {safe(line)}"
