"""The context object of a function, with the names that it has in AWS Lambda. Must not know the worker."""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from functools import cache
from types import SimpleNamespace

from statemachine.tasks.functions.messages import FunctionCall

TIMEOUT_SECONDS_DEFAULT = 99_999_999
"""The default TimeoutSeconds of a Task state (States Language)."""
LOG_STREAM = time.strftime("%Y/%m/%d/[$LATEST]", time.gmtime()) + f"{os.getpid():032x}"

_CLIENT_MEMBERS = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class LambdaContext:
    """The context of one call. Raises ValueError if the client context is not base64 of a JSON object."""

    function_version = "$LATEST"
    tenant_id: str | None = None

    def __init__(self, call: FunctionCall) -> None:
        self.aws_request_id = call.request_id
        self.function_name = call.function_name
        self.invoked_function_arn = call.function_arn
        self.memory_limit_in_mb = memory_in_mb()
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = LOG_STREAM
        self.identity = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self.client_context = _client_context(call.client_context)
        self._deadline = time.time() + TIMEOUT_SECONDS_DEFAULT if call.deadline is None else call.deadline

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the task times out, never negative."""
        return max(0, int((self._deadline - time.time()) * 1000))

    def log(self, message: object) -> None:
        """Print a message without a line end, as Lambda's context does."""
        sys.stdout.write(str(message))


@cache
def memory_in_mb() -> str:
    """Text, as in Lambda. Ours: the memory of the machine, because functions have no limit here."""
    return str(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_048_576)


def _client_context(text: str | None) -> SimpleNamespace | None:
    if text is None:
        return None
    fields = json.loads(base64.b64decode(text, validate=True))
    if not isinstance(fields, dict):
        raise ValueError("the client context is not a JSON object")
    client = fields.get("client")
    if isinstance(client, dict):
        client = SimpleNamespace(**{member: client.get(member) for member in _CLIENT_MEMBERS})
    return SimpleNamespace(custom=fields.get("custom"), env=fields.get("env"), client=client)
