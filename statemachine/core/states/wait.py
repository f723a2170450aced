"""Wait: hold the scope for some seconds, or until a timestamp, from the definition or from the input."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.limits import WAIT_SECONDS_MAX
from statemachine.core.model import Decision, Exit, Sleep
from statemachine.core.states.body import Source
from statemachine.errors import RuntimeFailure
from statemachine.query.language import Reader
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Wait:
    """One of the two readers is set: `seconds` gives seconds, `timestamp` gives epoch seconds."""

    seconds: Reader | None
    timestamp: Reader | None
    next: str | None

    @classmethod
    def compile(cls, source: Source) -> Wait:
        """From Seconds, SecondsPath, Timestamp or TimestampPath."""
        read = source.language.field
        return cls(read(source.fields, "Seconds"), read(source.fields, "Timestamp"), source.next)

    def enter(self, view: View) -> Decision:
        if self.seconds is not None:
            until = view.now + self.seconds(view)
        else:
            assert self.timestamp is not None
            until = self.timestamp(view)
        if until - view.now > WAIT_SECONDS_MAX:
            raise RuntimeFailure("Wait state delay is too long.")
        return Exit(self.next) if until <= view.now else Sleep(until, absolute=self.seconds is None)

    def resume(self, view: View) -> Decision:
        return Exit(self.next)
