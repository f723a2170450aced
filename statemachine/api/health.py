"""Health checks, without authentication. Must not read the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from falcon.asgi import Request, Response

from statemachine.json_text import dump


class Live:
    """The process answers."""

    async def on_get(self, request: Request, response: Response) -> None:
        response.text = dump({"status": "live"})


class Ready:
    """`reasons` are those for which no traffic should be sent here; without any the server is ready."""

    def __init__(self, reasons: Callable[[], list[str]]) -> None:
        self._reasons = reasons

    async def on_get(self, request: Request, response: Response) -> None:
        reasons = self._reasons()
        answer: dict[str, Any] = {"status": "not ready" if reasons else "ready"}
        if reasons:
            response.status = 503
            response.set_header("Retry-After", "1")
            answer["reasons"] = reasons
        response.text = dump(answer)
