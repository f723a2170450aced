"""Pages of long lists and the opaque tokens that lead to the next one.

A token belongs to one question: asked with other parameters, or after a day, it is refused.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

from statemachine.errors import ServiceError

PAGE_DEFAULT = 100
TOKEN_SECONDS = 86_400


def page_size(asked: int | None) -> int:
    """How many results to give; 0 and None mean the default (service model)."""
    return asked or PAGE_DEFAULT


def make_page_token(position: str, question: Sequence[object], now: float) -> str:
    """A token that leads on from `position`."""
    text = f"{int(now)}\n{_digest(question)}\n{position}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_page_token(token: str | None, question: Sequence[object], now: float) -> str:
    """The position that a token leads on from, "" for none. Raises ServiceError InvalidToken."""
    if token is None:
        return ""
    try:
        made, digest, position = base64.urlsafe_b64decode(token.encode("ascii")).decode().split("\n", 2)
        fresh = now - int(made) <= TOKEN_SECONDS
    except (ValueError, OverflowError):
        fresh, digest, position = False, "", ""
    if not fresh or digest != _digest(question):
        raise invalid_token()
    return position


def read_page_number(token: str | None, question: Sequence[object], now: float) -> int | None:
    """As `read_page_token`, where the position is a number; None without a token."""
    position = read_page_token(token, question, now)
    if position and not re.fullmatch("[0-9]{1,9}", position):
        raise invalid_token()
    return int(position) if position else None


def invalid_token() -> ServiceError:
    """The refusal of a token of any kind (recorded wording)."""
    return ServiceError("InvalidToken", "Invalid Token: 'Invalid token'")


def _digest(question: Sequence[object]) -> str:
    return hashlib.sha256(repr(list(question)).encode()).hexdigest()[:16]
