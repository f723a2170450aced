"""Which names AWS allows for state machines, executions and activities. Must not know what bears the name."""

from __future__ import annotations

import re

from statemachine.errors import ServiceError

NAME_CHARACTERS_MAX = 80
NAME_RULE = (
    f"1 to {NAME_CHARACTERS_MAX} characters; no white space, no control characters, "
    'none of ? * < > { } [ ] " # % \\ ^ | ~ ` $ & , ; : /'
)
_REFUSED = re.compile(r"[\s?*<>{}\[\]\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\U0010ffff]")


def check_name(name: str) -> None:
    """Raises ServiceError InvalidName (recorded wording; characters from the service model's documentation)."""
    if not 1 <= len(name) <= NAME_CHARACTERS_MAX or _REFUSED.search(name):
        message = f"Invalid Name: '{name}'"
        raise ServiceError("InvalidName", message, detail=f"{message} ({NAME_RULE})", pointer="/name")


def as_name(text: str) -> str:
    """An allowed name that resembles `text`: each character that AWS refuses becomes a hyphen."""
    return _REFUSED.sub("-", text)[:NAME_CHARACTERS_MAX] or "-"
