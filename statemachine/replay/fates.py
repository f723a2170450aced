"""What follows the failure of a state: another attempt, a catcher, or the failure of what is around it.

No history event tells it. It follows from the definition and from the attempts that were made before. Must not know an
event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from statemachine.core.retry import compile_retrier, matches
from statemachine.replay.node import Node


class Fate(NamedTuple):
    """What follows a failure: `state` is tried again, or catches the failure and goes to its state `next`.

    Attempt number `attempt` of at most `attempts_max` has failed. The next attempt begins after `delay` seconds, with
    jitter after at most as many. Of a failure that is caught these members are 0.
    """

    state: Node
    next: str = ""
    attempt: int = 0
    attempts_max: int = 0
    delay: float = 0.0
    jitter: bool = False

    @property
    def is_retry(self) -> bool:
        """Is the state tried again?"""
        return self.attempt > 0


class Fates:
    """Follows the failures of one execution. `definition` is None if it is not known; then no fate is."""

    def __init__(self, definition: Mapping[str, Any] | None) -> None:
        states = {} if definition is None else dict(_states(definition))
        self._retriers = {
            name: tuple(map(compile_retrier, fields["Retry"])) for name, fields in states.items() if "Retry" in fields
        }
        self._catchers = {name: fields["Catch"] for name, fields in states.items() if "Catch" in fields}
        self._made: dict[Node, Counter[int]] = {}

    def of(self, failed: Node, error: str | None) -> Fate | None:
        """The fate of a state that has just failed with this error. None if the execution fails, or nothing is known.

        Ask once for each failure, because the attempts are counted.
        """
        for node in failed.outwards():
            if node.kind == "state":
                fate = self._retried(node, error) or self._caught(node, error)
                if fate is not None:
                    return fate
        return None

    def _retried(self, state: Node, error: str | None) -> Fate | None:
        for number, retrier in enumerate(self._retriers.get(state.name, ())):
            if not matches(retrier.errors, error):
                continue
            made = self._made.setdefault(state, Counter())
            left = retrier.attempts - made[number]
            if left <= 0:
                return None
            made[number] += 1
            attempt = made.total()
            delay = retrier.longest_delay(made[number])
            return Fate(state, attempt=attempt, attempts_max=attempt + left, delay=delay, jitter=retrier.jitter)
        return None

    def _caught(self, state: Node, error: str | None) -> Fate | None:
        for catcher in self._catchers.get(state.name, ()):
            if matches(frozenset(catcher["ErrorEquals"]), error):
                return Fate(state, next=catcher["Next"])
        return None


def branches(definition: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """The Parallel state and the number of the branch in which each state is, by the name of the state.

    States outside a branch, and states of a Map inside one, are left out.
    """
    return {
        name: (fork, number)
        for fork, fields in _states(definition)
        for number, branch in enumerate(fields.get("Branches", ()))
        for name in branch["States"]
    }


def _states(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All states of a valid definition, also those in branches and iterations, by name. Names are unique (ASL)."""
    for name, fields in definition["States"].items():
        yield name, fields
        for key in ("ItemProcessor", "Iterator"):
            if key in fields:
                yield from _states(fields[key])
        for branch in fields.get("Branches", ()):
            yield from _states(branch)
