"""Task tokens: made from execution, scope and attempt, so that any process can route an answer without a look-up.

A token contains a digest that is keyed with the execution's secret seed, so that a token cannot be guessed. Knows
nothing of callers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid

_DIGEST_BYTES = 32


def make_task_token(execution_id: str, seed: str, scope: str, attempt: str) -> str:
    """The token of one attempt of one scope's current state."""
    address = f"{execution_id}\n{scope}\n{attempt}".encode()
    digest = hmac.digest(seed.encode(), address, "sha256")
    return base64.urlsafe_b64encode(digest + address).decode().rstrip("=")


def read_task_token(token: str) -> tuple[str, str] | None:
    """The execution id and the path of the scope in a token, None if the text is no token. Says nothing of whether the
    token is genuine: that takes the seed of the execution."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        execution_id, scope, _attempt = raw[_DIGEST_BYTES:].decode().split("\n")
    except ValueError:
        return None
    return execution_id, scope


def genuine_token(token: str, seed: str) -> bool:
    """Was this token made for an execution with that seed? The text must be one that `read_task_token` can read."""
    raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    return hmac.compare_digest(raw[:_DIGEST_BYTES], hmac.digest(seed.encode(), raw[_DIGEST_BYTES:], "sha256"))


def same_token(one: str, other: str) -> bool:
    """Are they the same text? Takes as long for any two texts of the same length."""
    return hmac.compare_digest(one.encode(), other.encode())


def idempotency_key(token: str) -> str:
    """A UUID for one attempt, the same each time that the attempt is given to its kind of task."""
    return str(uuid.UUID(bytes=hashlib.sha256(token.encode()).digest()[:16], version=4))
