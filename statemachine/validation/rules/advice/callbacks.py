"""Advice on tasks that wait until their task token is returned."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.validation.finding import TOKEN_WITHOUT_TIMEOUT, Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Block

_PATTERN = ".waitForTaskToken"
_LIMITS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")


def waits_without_limit(blocks: list[Block]) -> Iterator[Fault]:
    """A task with `.waitForTaskToken` has a timeout or a heartbeat, else a lost token is never noticed."""
    for block in blocks:
        for state in () if block.express else block.states:  # an Express execution does not wait for a token
            waits = state.type == "Task" and (text(state.fields, "Resource") or "").endswith(_PATTERN)
            if waits and not any(name in state.fields for name in _LIMITS):
                yield Fault(
                    (*state.path, "Resource"),
                    "The task waits for its token without TimeoutSeconds or HeartbeatSeconds: "
                    "where no answer comes, no Retry and no Catch will notice",
                    TOKEN_WITHOUT_TIMEOUT,
                )
