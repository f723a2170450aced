"""Payloads that a caller sends as JSON text: an execution's input, a task's output. Must not know what they are for."""

from __future__ import annotations

from statemachine.core.limits import PAYLOAD_BYTES_MAX
from statemachine.core.payload import Payload
from statemachine.errors import ServiceError
from statemachine.json_text import JsonError, parse


def read_payload(text: str, member: str, code: str, prefix: str) -> Payload:
    """The payload in a member of a request. Raises ServiceError `code`.

    `prefix` begins the text, which is in AWS's words (recorded).
    """
    # A lone surrogate is counted here, and refused by `parse`. Ours: the text about the size.
    if len(text.encode("utf-8", "surrogatepass")) > PAYLOAD_BYTES_MAX:
        wrong = f"The {member} exceeds the maximum of {PAYLOAD_BYTES_MAX} bytes."
        raise ServiceError(code, f"{prefix}: '{wrong}'", pointer=f"/{member}")
    try:
        return Payload(parse(text), text)
    except JsonError as error:
        raise ServiceError(code, f"{prefix}: '{error.message}'", pointer=f"/{member}") from None
