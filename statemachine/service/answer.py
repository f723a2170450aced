"""The base of answers: a verb answers with a type, and each API renders it by the types of its members.

Member names on the wire are the fields' in camel case. A member that is None is left out. The APIs render `Timestamp`
and `JsonText` each in its own way, and every other member as it is. Must not know an API.
"""

from __future__ import annotations

import msgspec


class Answer(msgspec.Struct, rename="camel", omit_defaults=True, frozen=True):
    """The answer of a verb."""


class Empty(Answer, frozen=True):
    """An answer without members."""


EMPTY = Empty()
