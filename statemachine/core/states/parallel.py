"""Parallel: run every branch on the same input and collect their outputs in branch order.

One field is not ASL: `DependsOn` of a branch lists the StartAt names of other branches of the same Parallel. The branch
is held until those branches have succeeded; its input is {"input": the Parallel's own, "outputs": {name: output, …}}.
Only definitions that this server compiles from a task graph have that field; `validation` refuses it as AWS does.
"""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.model import Decision, Exit, Fork
from statemachine.core.states.body import Source
from statemachine.query.language import Dataflow
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Parallel:
    """`starts` has the name of the first state of each branch.

    `dependencies` has for each branch the numbers of the branches that it depends on, None for a branch without
    DependsOn. It is empty if no branch has DependsOn. `dependents` has for each branch the numbers of the branches that
    depend on it.
    """

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
