"""Parallel: run every branch on the same input and gather their outputs in branch order.

One member is not ASL: a branch with `DependsOn`, a list of its siblings' StartAt names, is held until those branches
have ended well, and its input is {"input": the Parallel's own, "outputs": {name: output, …}}. Only definitions that
this server compiles from a task graph have it; `validation` refuses it as AWS does.
"""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.model import Decision, Exit, Fork
from statemachine.core.states.body import Source
from statemachine.query.language import Dataflow
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Parallel:
    """`starts` names the first state of each branch. `dependencies` has the numbers of the branches that each branch
    is held for, None for a branch without DependsOn; it is empty where no branch has any. `dependents` is its
    inverse."""

    starts: tuple[str, ...]
    dependencies: tuple[tuple[int, ...] | None, ...]
    dependents: tuple[tuple[int, ...], ...]
    flow: Dataflow
    next: str | None

    @classmethod
    def compile(cls, source: Source) -> Parallel:
        """From Branches."""
        branches = source.fields["Branches"]
        starts = tuple(source.block(branch) for branch in branches)
        if not any("DependsOn" in branch for branch in branches):
            return cls(starts, (), (), source.flow, source.next)
        numbers = {start: number for number, start in enumerate(starts)}
        dependents: list[list[int]] = [[] for _ in branches]
        dependencies: list[tuple[int, ...] | None] = []
        for number, branch in enumerate(branches):
            named = branch.get("DependsOn")
            dependencies.append(None if named is None else tuple(numbers[name] for name in named))
            for dependency in dependencies[-1] or ():
                dependents[dependency].append(number)
        return cls(starts, tuple(dependencies), tuple(map(tuple, dependents)), source.flow, source.next)

    def enter(self, view: View) -> Decision:
        return Fork(len(self.starts), len(self.starts), self.flow.arguments(view))

    def resume(self, view: View) -> Decision:
        return Exit(self.next, view.result)

    def first_state(self, index: int) -> str:
        return self.starts[index]
