"""Map in DISTRIBUTED mode: its machine is registered, described and run up to this state, which this server cannot run
yet. Knows nothing of items."""

from __future__ import annotations

from statemachine.core.model import Decision
from statemachine.errors import RuntimeFailure
from statemachine.query.view import View


class DistributedMap:
    """A state that fails its execution and says why: no retrier or catcher may hide that its work was not done."""

    def enter(self, view: View) -> Decision:
        raise RuntimeFailure("This server cannot run a Map in DISTRIBUTED mode.")

    def resume(self, view: View) -> Decision:
        raise AssertionError("a distributed Map waits for nothing")
