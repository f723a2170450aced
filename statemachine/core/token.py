"""Task tokens: derived from execution, scope and attempt, so that any process can route an answer without a look-up.

A token carries a keyed digest over the execution's secret seed, so that nobody can guess one. Knows nothing of who
asks.
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
    """Execution id and scope that a token speaks of, None where the text is no token. (Whether it is genuine shows
    only against the execution's seed.)"""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        execution_id, scope, _attempt = raw[_DIGEST_BYTES:].decode().split("\n")
    except ValueError:
        return None
    return execution_id, scope


def genuine_token(token: str, seed: str) -> bool:
    """Was this token made for an execution with that seed?"""
    raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    return hmac.compare_digest(raw[:_DIGEST_BYTES], hmac.digest(seed.encode(), raw[_DIGEST_BYTES:], "sha256"))


def same_token(one: str, other: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def idempotency_key(token: str) -> str:
    """A UUID that stands for one attempt: the same whenever that attempt is handed out again."""
    return str(uuid.UUID(bytes=hashlib.sha256(token.encode()).digest()[:16], version=4))
