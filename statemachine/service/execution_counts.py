"""How many executions there are of each status, without reading all of them each time.

They are counted once, before the host opens; after that, each commit reports the changes of status. Must not know
an API.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from statemachine.host import Commit, Host, Observer
from statemachine.reads.counts import count_executions


class ExecutionCounts(Observer):
    """Call `load` before the host opens."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    async def load(self, host: Host) -> None:
        """Count the executions in the store."""
        self._counts = await host.survey(count_executions)

    @property
    def by_status(self) -> Mapping[str, int]:
        """The number of executions of each status; 0 for a status that no execution has."""
        return self._counts

    def committed(self, commit: Commit) -> None:
        for before, after in commit.status_changes:
            if before is not None:
                self._counts[before] -= 1
            self._counts[after] += 1
