"""Map in DISTRIBUTED mode, which this server cannot run yet. Its state machine can be registered, and runs up to this
state. Knows nothing of items."""

from __future__ import annotations

from statemachine.core.model import Decision
from statemachine.errors import RuntimeFailure
from statemachine.query.view import View


class DistributedMap:
    """A state that always fails. No retrier or catcher applies, so that nothing hides that its work was not done."""

    def enter(self, view: View) -> Decision:
        # Ours: AWS runs it.
        raise RuntimeFailure("This server cannot run a Map in DISTRIBUTED mode.")

    def resume(self, view: View) -> Decision:
        raise AssertionError("a distributed Map waits for nothing")
