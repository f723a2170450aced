"""A history gives the same tree in both of its forms: the compact one, which tells scopes, and AWS's, which does not.

Random definitions, run to their end or until no answer is left and then stopped; compared after each event.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from statemachine.core.events import StopRequested
from statemachine.json_text import dump
from statemachine.replay.events import from_aws, from_compact
from statemachine.replay.node import Node
from statemachine.replay.tree import Tree
from statemachine.validation import validate
from tests.core.script import Run
from tests.replay.aws_shape import aws_event
from tests.replay.definitions import INPUT, Drawing

FIELDS = ("kind", "name", "type", "index", "status", "started", "ended", "attempts", "total", "error", "cause",
          "failing", "output_event")  # fmt: skip


def facts(node: Node) -> list[Any]:
    return [[getattr(node, name) for name in FIELDS], *map(facts, node.children)]


@pytest.mark.parametrize("seed", range(150))
def test_both_forms_give_the_same_tree(seed: int) -> None:
    drawing = Drawing(random.Random(seed))
    definition = drawing.definition()
    assert [finding for finding in validate(dump(definition)) if finding.severity == "ERROR"] == []
    run = Run(definition, INPUT, drawing.answers).finish()
    if run.execution.status == "RUNNING":
        run.send(StopRequested("Enough"))
    exact, inferred = Tree("e"), Tree("e")
    for event in run.history:
        exact.add(from_compact(event))
        inferred.add(from_aws(aws_event(event)))
        assert facts(exact.root) == facts(inferred.root), event
    assert exact.root.status == run.execution.status
    assert exact.root.error == run.execution.error
    assert (exact.failed_state is None) == (run.execution.status != "FAILED")
    failed = [tree.failed_state and tree.failed_state.name for tree in (exact, inferred)]
    assert failed[0] == failed[1]
