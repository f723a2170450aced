"""The base of every answer: a verb answers with a type, and each API renders it by the types of its members.

Member names on the wire are the fields' in camel case. A member that is None is left out. `Timestamp` and `JsonText`
are shown as the readers of that API expect them; every other member is shown as it is.
"""

from __future__ import annotations

import msgspec


class Answer(msgspec.Struct, rename="camel", omit_defaults=True, frozen=True):
    """The answer of a verb."""


class Empty(Answer, frozen=True):
    """An answer without members."""


EMPTY = Empty()
