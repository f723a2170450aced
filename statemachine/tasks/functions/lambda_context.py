"""The context object of a function, with the names that it has in AWS Lambda. Must know one call, and nothing else."""

from __future__ import annotations

import base64
import json
import os
import time
from types import SimpleNamespace
from typing import Any

TIMEOUT_SECONDS_DEFAULT = 99_999_999
"""The default TimeoutSeconds of a Task state (States Language)."""
_LOG_STREAM = time.strftime("%Y/%m/%d/[$LATEST]", time.gmtime()) + f"{os.getpid():032x}"


class LambdaContext:
    """`request` has the members functionName, functionArn, requestId, deadline (epoch seconds or null) and
    clientContext (base64 of JSON text, or null). Raises ValueError for a client context in another form."""

    function_version = "$LATEST"

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id: str = request["requestId"]
        self.function_name: str = request["functionName"]
        self.invoked_function_arn: str = request["functionArn"]
        self.memory_limit_in_mb = _memory_in_mb()
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = _LOG_STREAM
        self.identity = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self.client_context = _client_context(request["clientContext"])
        deadline = request["deadline"]
        self._deadline: float = time.time() + TIMEOUT_SECONDS_DEFAULT if deadline is None else deadline

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the task times out, never negative."""
        return max(0, int((self._deadline - time.time()) * 1000))


def _memory_in_mb() -> str:
    """Text, as in Lambda. Ours: the memory of the machine, because functions have no limit here."""
    return str(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_048_576)


def _client_context(text: str | None) -> SimpleNamespace | None:
    if text is None:
        return None
    fields = json.loads(base64.b64decode(text, validate=True))
    if not isinstance(fields, dict):
        raise ValueError("the client context is no JSON object")
    return SimpleNamespace(custom=fields.get("custom"), env=fields.get("env"), client=fields.get("client"))
