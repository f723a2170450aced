"""The tree of events in AWS's shape: where an event belongs follows from the event before it and from names."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.replay.events import from_aws
from statemachine.replay.tree import Tree
from tests.replay.outline import outline

Row = tuple[int, str] | tuple[int, str, dict[str, Any]]


def tree(*rows: Row) -> Tree:
    """The tree of a history. A row is (the event before, type, details); ids and seconds count from 1."""
    built = Tree("m/e")
    for id, (previous, type_, *details) in enumerate(rows, 1):
        event = {"id": id, "previousEventId": previous, "type": type_, "timestamp": float(id)}
        built.add(from_aws(event | ({"anyEventDetails": details[0]} if details else {})))
    return built


def entered(previous: int, type_: str, name: str) -> Row:
    return previous, f"{type_}StateEntered", {"name": name}


def exited(previous: int, type_: str, name: str) -> Row:
    return previous, f"{type_}StateExited", {"name": name}


def iteration(previous: int, what: str, name: str, index: int) -> Row:
    return previous, f"MapIteration{what}", {"name": name, "index": index}


STARTED: Row = (0, "ExecutionStarted")
BROKEN = {"error": "Broken", "cause": "why"}

CASES: list[tuple[str, list[Row], list[str]]] = [
    ("nothing yet", [], ["execution running"]),
    (
        "one state after the other",
        [STARTED, entered(0, "Pass", "A"), exited(2, "Pass", "A"), entered(3, "Wait", "B")],
        ["execution running", "  Pass A succeeded", "  Wait B running"],
    ),
    (
        "a state that is entered again is a node of its own",
        [STARTED, entered(0, "Pass", "A"), exited(2, "Pass", "A"), entered(3, "Pass", "A"), exited(4, "Pass", "A"),
         (5, "ExecutionSucceeded")],
        ["execution succeeded", "  Pass A succeeded", "  Pass A succeeded"],
    ),
    (
        "attempts, and a failure that is caught",
        [STARTED, entered(0, "Task", "T"), (2, "LambdaFunctionScheduled"), (3, "LambdaFunctionStarted"),
         (4, "LambdaFunctionFailed", BROKEN), (5, "LambdaFunctionScheduled"),
         (6, "LambdaFunctionTimedOut", {"error": "States.Timeout"}),
         exited(7, "Task", "T"), entered(8, "Succeed", "S")],
        ["execution running", "  Task T caught x2 States.Timeout", "  Succeed S running"],
    ),
    (
        "a retry that helps leaves the last error to be seen",
        [STARTED, entered(0, "Task", "T"), (2, "TaskScheduled"), (3, "TaskFailed", BROKEN), (4, "TaskScheduled"),
         (5, "TaskSucceeded"), exited(6, "Task", "T")],
        ["execution running", "  Task T succeeded x2 Broken"],
    ),
    (
        "the state in which an execution fails has failed",
        [STARTED, entered(0, "Fail", "F"), (2, "ExecutionFailed", BROKEN)],
        ["execution failed Broken", "  Fail F failed Broken"],
    ),
    (
        "what runs when an execution is stopped is aborted",
        [STARTED, entered(0, "Task", "T"), (2, "ActivityScheduled"), (3, "ExecutionAborted", {"error": "Enough"})],
        ["execution aborted Enough", "  Task T aborted"],
    ),
    (
        "an execution that takes too long",
        [STARTED, entered(0, "Wait", "W"), (2, "ExecutionTimedOut", {"error": "States.Timeout"})],
        ["execution timed_out States.Timeout", "  Wait W failed"],
    ),
    (
        "an expression that fails",
        [STARTED, entered(0, "Pass", "P"), (2, "EvaluationFailed", {"error": "States.QueryEvaluationError"}),
         (3, "ExecutionFailed", {"error": "States.QueryEvaluationError"})],
        ["execution failed States.QueryEvaluationError", "  Pass P failed States.QueryEvaluationError"],
    ),
    (
        "an expression that fails follows the event before its state was entered",
        [STARTED, entered(0, "Pass", "A"), exited(2, "Pass", "A"), entered(3, "Pass", "P"),
         (3, "EvaluationFailed", {"error": "States.QueryEvaluationError", "state": "P"}),
         (5, "ExecutionFailed", {"error": "States.QueryEvaluationError"})],
        ["execution failed States.QueryEvaluationError", "  Pass A succeeded",
         "  Pass P failed States.QueryEvaluationError"],
    ),
    (
        "an expression that fails in the first state of a branch",
        [STARTED, entered(0, "Parallel", "Both"), (2, "ParallelStateStarted"), entered(3, "Pass", "A"),
         entered(3, "Pass", "B"), (3, "EvaluationFailed", {"error": "States.QueryEvaluationError", "state": "B"})],
        ["execution running", "  Parallel Both running", "    branch 0 running", "      Pass A running",
         "    branch 1 running", "      Pass B running States.QueryEvaluationError"],
    ),
    (
        "an event of a type that came later changes nothing",
        [STARTED, entered(0, "Task", "T"), (2, "TaskPondered"), (3, "TaskScheduled"), exited(4, "Task", "T")],
        ["execution running", "  Task T succeeded"],
    ),
    (
        "branches are numbered as they begin, and end with their Parallel",
        [STARTED, entered(0, "Parallel", "Both"), (2, "ParallelStateStarted"), entered(3, "Pass", "A"),
         entered(3, "Pass", "B"), exited(4, "Pass", "A"), entered(6, "Pass", "A2"), exited(5, "Pass", "B"),
         exited(7, "Pass", "A2"), (9, "ParallelStateSucceeded"), exited(9, "Parallel", "Both"), entered(11, "Pass",
         "Z")],
        ["execution running", "  Parallel Both succeeded", "    branch 0 succeeded", "      Pass A succeeded",
         "      Pass A2 succeeded", "    branch 1 succeeded", "      Pass B succeeded", "  Pass Z running"],
    ),
    (
        "a branch that fails aborts the other; a Parallel that is tried again keeps its last children",
        [STARTED, entered(0, "Parallel", "Both"), (2, "ParallelStateStarted"), entered(3, "Wait", "Old"),
         entered(3, "Fail", "F"),
         (4, "WaitStateAborted"), (5, "ParallelStateStarted"), entered(7, "Wait", "W"), entered(7, "Fail", "F"),
         (8, "WaitStateAborted"), (9, "ParallelStateFailed"), exited(11, "Parallel", "Both")],
        ["execution running", "  Parallel Both caught x2", "    branch 0 aborted", "      Wait W aborted",
         "    branch 1 failed",
         "      Fail F failed"],
    ),
    (
        "a Parallel in a branch, the last thing of which is that Parallel",
        [STARTED, entered(0, "Parallel", "Outer"), (2, "ParallelStateStarted"), entered(3, "Parallel", "Inner"),
         (4, "ParallelStateStarted"), entered(5, "Pass", "P"), exited(6, "Pass", "P"), (7, "ParallelStateSucceeded"),
         exited(7, "Parallel", "Inner"), (9, "ParallelStateSucceeded"), exited(9, "Parallel", "Outer")],
        ["execution running", "  Parallel Outer succeeded", "    branch 0 succeeded", "      Parallel Inner succeeded",
         "        branch 0 succeeded", "          Pass P succeeded"],
    ),
    (
        "a Parallel in a branch fails, and the outer one is tried again",
        [STARTED, entered(0, "Parallel", "Outer"), (2, "ParallelStateStarted"), entered(3, "Parallel", "Inner"),
         (4, "ParallelStateStarted"), entered(5, "Fail", "F"), (6, "ParallelStateFailed"), (7, "ParallelStateStarted"),
         entered(8, "Parallel", "Inner")],
        ["execution running", "  Parallel Outer running x2", "    branch 0 running", "      Parallel Inner running"],
    ),
    (
        "iterations begin where an earlier one has made room",
        [STARTED, entered(0, "Map", "Each"), (2, "MapStateStarted", {"length": 2}), iteration(3, "Started", "Each", 0),
         entered(4, "Pass", "P"), exited(5, "Pass", "P"), iteration(6, "Succeeded", "Each", 0), iteration(6, "Started",
         "Each", 1),
         entered(8, "Pass", "P")],
        ["execution running", "  Map Each running", "    iteration 0 succeeded", "      Pass P succeeded",
         "    iteration 1 running",
         "      Pass P running"],
    ),
    (
        "an iteration that fails aborts the other",
        [STARTED, entered(0, "Map", "Each"), (2, "MapStateStarted", {"length": 2}), iteration(3, "Started", "Each", 0),
         iteration(3, "Started", "Each", 1), entered(4, "Task", "T"), entered(5, "Wait", "W"), (6, "TaskScheduled"),
         (8, "TaskFailed", BROKEN), (9, "TaskStateAborted"), iteration(9, "Failed", "Each", 0), (7, "WaitStateAborted"),
         iteration(12, "Aborted", "Each", 1), (9, "MapStateFailed"), (14, "ExecutionFailed", BROKEN)],
        ["execution failed Broken", "  Map Each failed Broken", "    iteration 0 failed", "      Task T failed Broken",
         "    iteration 1 aborted", "      Wait W aborted"],
    ),
    (
        "a Map in a Map",
        [STARTED, entered(0, "Map", "Out"), (2, "MapStateStarted", {"length": 1}), iteration(3, "Started", "Out", 0),
         entered(4, "Map", "In"), (5, "MapStateStarted", {"length": 1}), iteration(6, "Started", "In", 0),
         entered(7, "Pass", "P"),
         exited(8, "Pass", "P"), iteration(9, "Succeeded", "In", 0), (10, "MapStateSucceeded"), exited(10, "Map", "In"),
         iteration(12, "Succeeded", "Out", 0), (13, "MapStateSucceeded"), exited(13, "Map", "Out"),
         (15, "ExecutionSucceeded")],
        ["execution succeeded", "  Map Out succeeded", "    iteration 0 succeeded", "      Map In succeeded",
         "        iteration 0 succeeded", "          Pass P succeeded"],
    ),
    (
        "a redriven execution runs again",
        [STARTED, entered(0, "Fail", "F"), (2, "ExecutionFailed", BROKEN), (3, "ExecutionRedriven")],
        ["execution running", "  Fail F failed Broken"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_history_as_a_tree(rows: list[Row], expected: list[str]) -> None:
    assert outline(tree(*rows).root) == expected


def test_times_are_those_of_the_events() -> None:
    root = tree(STARTED, entered(0, "Pass", "A"), exited(2, "Pass", "A"), (3, "ExecutionSucceeded")).root
    assert (root.started, root.ended) == (1.0, 4.0)
    (state,) = root.children
    assert (state.started, state.ended) == (2.0, 3.0)


def test_a_map_knows_how_many_items_it_has() -> None:
    (state,) = tree(STARTED, entered(0, "Map", "Each"), (2, "MapStateStarted", {"length": 7})).root.children
    assert state.total == 7


def test_a_failure_without_a_cause_has_not_the_cause_of_the_one_before() -> None:
    root = tree(
        STARTED, entered(0, "Task", "T"), (2, "TaskScheduled"), (3, "TaskFailed", BROKEN), (4, "TaskScheduled"),
        (5, "TaskTimedOut", {"error": "States.Timeout"}),
    ).root  # fmt: skip
    (state,) = root.children
    assert (state.error, state.cause) == ("States.Timeout", None)


TWO_BRANCHES: list[Row] = [
    STARTED, entered(0, "Parallel", "Both"), (2, "ParallelStateStarted"), entered(3, "Pass", "A"),
    entered(3, "Task", "B"), exited(4, "Pass", "A"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("later", "branches"),
    [
        ([], [("SUCCEEDED", 4.0, 6.0), ("RUNNING", 5.0, None)]),
        ([entered(6, "Pass", "A2")], [("RUNNING", 4.0, None), ("RUNNING", 5.0, None)]),
        (
            [entered(6, "Pass", "A2"), exited(7, "Pass", "A2"), exited(5, "Task", "B"), (9, "ParallelStateSucceeded"),
             exited(9, "Parallel", "Both")],
            [("SUCCEEDED", 4.0, 8.0), ("SUCCEEDED", 5.0, 9.0)],
        ),
        # The next two states follow A, so they are taken for states of one branch.
        (
            [entered(6, "Pass", "C"), entered(6, "Task", "D"), exited(7, "Pass", "C")],
            [("RUNNING", 4.0, None), ("RUNNING", 5.0, None)],
        ),
        (
            [(5, "TaskScheduled"), (7, "TaskFailed", BROKEN), (8, "ParallelStateFailed")],
            [("SUCCEEDED", 4.0, 6.0), ("FAILED", 5.0, 9.0)],
        ),
        ([(6, "ExecutionAborted")], [("SUCCEEDED", 4.0, 6.0), ("ABORTED", 5.0, 7.0)]),
    ],
)  # fmt: skip
def test_a_branch_lasts_from_its_start_to_the_end_of_its_last_state(
    later: list[Row], branches: list[tuple[str, float, float | None]]
) -> None:
    (both,) = tree(*TWO_BRANCHES, *later).root.children
    assert [(branch.status, branch.started, branch.ended) for branch in both.children] == branches


def test_a_branch_whose_last_state_is_caught_has_succeeded() -> None:
    root = tree(
        STARTED, entered(0, "Parallel", "Outer"), (2, "ParallelStateStarted"), entered(3, "Parallel", "Inner"),
        (4, "ParallelStateStarted"), entered(5, "Fail", "F"), (6, "ParallelStateFailed"),
        exited(7, "Parallel", "Inner"),
    ).root  # fmt: skip
    (branch,) = root.children[0].children
    assert (branch.status, branch.ended) == ("SUCCEEDED", 8.0)
