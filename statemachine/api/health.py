"""/health/live and /health/ready: the truth, without authentication and without data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from falcon.asgi import Request, Response

from statemachine.json_text import dump


class Live:
    """The process answers. Never touches the store."""

    async def on_get(self, request: Request, response: Response) -> None:
        response.text = dump({"status": "live"})


class Ready:
    """`missing` gives the reasons why the server takes no work; without any it is ready."""

    def __init__(self, missing: Callable[[], list[str]]) -> None:
        self._missing = missing

    async def on_get(self, request: Request, response: Response) -> None:
        missing = self._missing()
        answer: dict[str, Any] = {"status": "not ready" if missing else "ready"}
        if missing:
            response.status = 503
            response.set_header("Retry-After", "1")
            answer["missing"] = missing
        response.text = dump(answer)
