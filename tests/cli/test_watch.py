"""Following an execution: each event once, patient with a server that is away, quick as long as something happens."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.cli.execution_argument import ExecutionName
from statemachine.cli.server_client import Problem, ServerClient, ServerUnavailable
from statemachine.cli.watch import PATIENCE_SECONDS, follow

EXECUTION = ExecutionName("m", "e")
END = "ExecutionSucceeded"


class ScriptedServer(ServerClient):
    """A server whose history grows by what the script says before each reading; "away" is a server that is not there.

    Pages hold as many events as are asked for; `asked` are the numbers of events that were given each time.
    """

    def __init__(self, *script: list[str] | str) -> None:
        super().__init__("http://127.0.0.1:1")
        self._script = list(script)
        self._types: list[str] = []
        self.given: list[int] = []

    def get(self, *path: str, **query: Any) -> dict[str, Any]:
        if path == EXECUTION.path:
            return {"status": "SUCCEEDED" if END in self._types else "RUNNING"}
        assert path == (*EXECUTION.path, "history")
        cursor = query["cursor"]
        if cursor is None and self._script:
            step = self._script.pop(0)
            if isinstance(step, str):
                raise ServerUnavailable(step)
            self._types += step
        events = [{"id": id, "type": type_} for id, type_ in enumerate(self._types, 1)]
        if query.get("reverse"):
            events.reverse()
        page = events[int(cursor or 0) :][: query["limit"]]
        end = int(cursor or 0) + len(page)
        self.given.append(len(page))
        return {"events": page, "cursor": str(end) if end < len(events) else None}


def followed(server: ServerClient) -> tuple[list[str], list[float]]:
    """The types of the events that were shown, and the pauses between questions."""
    shown: list[dict[str, Any]] = []
    pauses: list[float] = []
    assert follow(server, EXECUTION, shown.extend, pauses.append) == {"status": "SUCCEEDED"}
    assert [event["id"] for event in shown] == list(range(1, len(shown) + 1))
    return [event["type"] for event in shown], [round(pause, 3) for pause in pauses]


def test_an_execution_that_has_ended_is_shown_whole() -> None:
    assert followed(ScriptedServer(["ExecutionStarted", END])) == (["ExecutionStarted", END], [])


def test_pauses_grow_while_nothing_happens() -> None:
    nothing: list[str] = []
    types, pauses = followed(ScriptedServer(["ExecutionStarted"], *[nothing] * 8, ["PassStateEntered"], nothing, [END]))
    assert types == ["ExecutionStarted", "PassStateEntered", END]
    assert pauses == [0.1, 0.15, 0.225, 0.338, 0.506, 0.759, 1.0, 1.0, 1.0, 0.1, 0.15]


def test_only_what_is_new_is_read() -> None:
    server = ScriptedServer(["ExecutionStarted"] + ["PassStateEntered"] * 2499, ["PassStateExited"] * 3, [END])
    types, _ = followed(server)
    assert len(types) == 2504
    assert server.given == [1000, 1000, 500, 10, 10]


def test_much_that_is_new_is_read_page_by_page() -> None:
    server = ScriptedServer(["ExecutionStarted"], [*["PassStateEntered"] * 1500, END])
    types, _ = followed(server)
    assert len(types) == 1502
    assert server.given == [1, 10, 1000, 492]


def test_a_redriven_execution_has_not_ended() -> None:
    types, _ = followed(ScriptedServer(["ExecutionFailed", "ExecutionRedriven"], [END]))
    assert types[-1] == END


def test_a_server_that_is_away_for_a_while_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    types, _ = followed(ScriptedServer(["ExecutionStarted"], *["away"] * 20, [END]))
    assert types == ["ExecutionStarted", END]
    assert capsys.readouterr().err.splitlines() == [
        "statemachine: away; waiting up to 60 s for it",
        "statemachine: http://127.0.0.1:1 is back",
    ]


def test_a_server_that_stays_away_is_given_up() -> None:
    pauses: list[float] = []
    with pytest.raises(ServerUnavailable):
        follow(ScriptedServer(["ExecutionStarted"], *["away"] * 1000), EXECUTION, lambda _: None, pauses.append)
    assert PATIENCE_SECONDS - 1 <= sum(pauses) <= PATIENCE_SECONDS + 1


def test_who_is_mistaken_hears_of_it_at_once() -> None:
    class Empty(ScriptedServer):
        def get(self, *path: str, **query: Any) -> dict[str, Any]:
            raise Problem(404, "ExecutionDoesNotExist", "…")

    with pytest.raises(Problem):
        follow(Empty(), EXECUTION, lambda _: None, lambda _: None)
