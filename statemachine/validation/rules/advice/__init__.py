"""Ours: warnings about valid text that will delay or fail an execution.

AWS does not give these warnings. So they have codes of our own, and responses in AWS's form leave them out. A rule
warns only if it is certain, because a wrong warning teaches readers to ignore all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from statemachine.validation.finding import Fault
from statemachine.validation.parts import Block
from statemachine.validation.rules.advice import callbacks, delays, handlers, inline_maps, literals, registered

ADVICE_RULES: tuple[Callable[[list[Block]], Iterator[Fault]], ...] = (
    callbacks.waits_without_limit,
    handlers.names_that_never_match,
    delays.retries_beyond_the_timeout,
    literals.members_that_are_not_there,
    inline_maps.fields_without_effect,
    registered.placeholders,
)
