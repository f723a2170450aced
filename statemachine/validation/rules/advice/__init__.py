"""Warnings of our own: what is valid, and will hold an execution up or fail it. They never block.

AWS gives none of them, so its codes are not used here and its answer leaves them out. A rule speaks only where it is
certain: a warning that is wrong teaches to read none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from statemachine.validation.finding import Fault
from statemachine.validation.parts import Block
from statemachine.validation.rules.advice import callbacks, delays, handlers, literals

ADVICE_RULES: tuple[Callable[[list[Block]], Iterator[Fault]], ...] = (
    callbacks.waits_without_limit,
    handlers.names_that_never_match,
    delays.retries_beyond_the_timeout,
    literals.members_that_are_not_there,
)
