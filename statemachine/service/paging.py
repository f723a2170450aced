"""Pages of long lists, and the opaque tokens that lead to the next page.

A token belongs to one list: with other filters, or after a day, it is refused. The size of the page may change from
page to page. Must not know what is listed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from statemachine.errors import ServiceError

T = TypeVar("T")

PAGE_DEFAULT = 100
TOKEN_SECONDS = 86_400


def page_size(asked: int | None) -> int:
    """How many results to give; 0 and None mean the default (service model)."""
    return asked or PAGE_DEFAULT


def cut_page(found: Sequence[T], size: int, position_of: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """The first `size` of the results, and the position of the last one of them, None if no more follow."""
    return found[:size], position_of(found[size - 1]) if len(found) > size else None


def make_page_token(position: str | None, wanted: Sequence[object], now: float) -> str | None:
    """The token of the page behind `position`, None if `position` is. `wanted` names the list and its filters."""
    if position is None:
        return None
    text = f"{int(now)}\n{_digest(wanted)}\n{position}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_page_token(token: str | None, wanted: Sequence[object], now: float) -> str:
    """The position behind which the token's page begins, "" without a token. Raises ServiceError InvalidToken."""
    if token is None:
        return ""
    try:
        made, digest, position = base64.urlsafe_b64decode(token.encode("ascii")).decode().split("\n", 2)
        fresh = now - int(made) <= TOKEN_SECONDS
    except (ValueError, OverflowError):
        fresh, digest, position = False, "", ""
    if not fresh or digest != _digest(wanted):
        raise invalid_token()
    return position


def read_page_number(token: str | None, wanted: Sequence[object], now: float) -> int | None:
    """As `read_page_token`, where the position is a number; None without a token."""
    position = read_page_token(token, wanted, now)
    if position and not re.fullmatch("[0-9]{1,9}", position):
        raise invalid_token()
    return int(position) if position else None


def invalid_token() -> ServiceError:
    """The error for a token of any kind (recorded wording)."""
    return ServiceError("InvalidToken", "Invalid Token: 'Invalid token'")


def _digest(wanted: Sequence[object]) -> str:
    return hashlib.sha256(repr(list(wanted)).encode()).hexdigest()[:16]
