"""A tree of states as lines and as JSON."""

from __future__ import annotations

import click

from statemachine.cli.tree_text import as_json, lines
from statemachine.replay.node import Node


def execution(*children: Node, **fields: object) -> Node:
    root = Node("execution", "m/e", 100.0, **fields)  # type: ignore[arg-type]
    root.numbered = dict(enumerate(children))
    for child in children:
        child.parent = root
    return root


def state(name: str, type: str, *children: Node, **fields: object) -> Node:
    node = Node("state", name, 100.0, type=type, **fields)  # type: ignore[arg-type]
    node.numbered = dict(enumerate(children))
    return node


def iterations(count: int, *failed: int) -> list[Node]:
    return [
        Node("iteration", "Each", 100.0, index=index, ended=101.0, status="FAILED" if index in failed else "SUCCEEDED")
        for index in range(count)
    ]


def text(root: Node, **options: bool) -> list[str]:
    return [click.unstyle(line) for line in lines(root, 110.0, **options)]


def test_states_with_durations_attempts_and_errors() -> None:
    branch = Node("branch", "Both", 100.0, index=0)
    branch.numbered[0] = state("W", "Wait")
    root = execution(
        state("T", "Task", ended=102.5, status="CAUGHT", attempts=3, error="Broken", cause='{"errorMessage": "why"}'),
        state("Both", "Parallel", branch, ended=101.0, status="FAILED", attempts=1),
    )
    assert text(root) == [
        "→ m/e RUNNING  10.000 s",
        "├─ ! T (Task)  2.500 s  3 attempts  Broken: why",
        "└─ ✗ Both (Parallel)  1.000 s",
        "   └─ → branch 0  10.000 s",
        "      └─ → W (Wait)  10.000 s",
    ]


def test_of_a_large_map_those_that_failed_are_shown_first() -> None:
    root = execution(state("Each", "Map", *iterations(100, 3, 99), total=200))
    shown = text(root)
    assert shown[1] == "└─ → Each (Map)  10.000 s  98 of 200 done"
    assert [line for line in shown if "✗" in line] == [
        "   ├─ ✗ iteration 3  1.000 s",
        "   ├─ ✗ iteration 99  1.000 s",
    ]
    assert shown[-1] == "   └─ … and 80 succeeded (--all shows them)"
    assert len(shown) == 2 + 20 + 1
    assert len(text(root, show_all=True)) == 2 + 100


def test_json_leaves_out_what_says_nothing() -> None:
    root = execution(state("Each", "Map", *iterations(1), total=1, attempts=1), status="FAILED", ended=101.0, error="E")
    assert as_json(root) == {
        "kind": "execution",
        "name": "m/e",
        "status": "FAILED",
        "startDate": "1970-01-01T00:01:40.000Z",
        "stopDate": "1970-01-01T00:01:41.000Z",
        "error": "E",
        "children": [
            {
                "kind": "state",
                "name": "Each",
                "type": "Map",
                "status": "RUNNING",
                "startDate": "1970-01-01T00:01:40.000Z",
                "attempts": 1,
                "total": 1,
                "children": [
                    {
                        "kind": "iteration",
                        "name": "Each",
                        "index": 0,
                        "status": "SUCCEEDED",
                        "startDate": "1970-01-01T00:01:40.000Z",
                        "stopDate": "1970-01-01T00:01:41.000Z",
                    }
                ],
            }
        ],
    }
