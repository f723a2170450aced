"""Answers as each API shows them, by the types of their members. Must not know an action or the name of a member.

The AWS API shows a Timestamp as epoch seconds with milliseconds, and a JsonText as a string. The REST API shows a
Timestamp as ISO 8601 in UTC, and a JsonText as the JSON that it holds. A caller's own object has neither type: it is
shown as it was stored.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from statemachine.json_text import JsonText
from statemachine.times.timestamps import Timestamp, iso_time

RENDERER = ThreadPoolExecutor(1, "renderer")
"""A thread of its own, so that no answer waits behind the validations in the default threads of the event loop."""


def _for_aws(value: Any) -> Any:
    if isinstance(value, Timestamp):
        return int(value * 1000) / 1000
    assert isinstance(value, JsonText), type(value)
    return str(value)


def _for_rest(value: Any) -> Any:
    if isinstance(value, Timestamp):
        return iso_time(value)
    assert isinstance(value, JsonText), type(value)
    return msgspec.Raw(value.encode())


class Renderer:
    """Writes answers as JSON for one API."""

    def __init__(self, encoder: msgspec.json.Encoder) -> None:
        self._encoder = encoder

    def __call__(self, answer: Any) -> bytes:
        """The JSON of an answer."""
        return self._encoder.encode(answer)

    async def render(self, answer: Any, *, large: bool) -> bytes:
        """The JSON of an answer; a large one is written off the event loop."""
        if large:
            return await asyncio.get_running_loop().run_in_executor(RENDERER, self, answer)
        return self(answer)


aws_json = Renderer(msgspec.json.Encoder(enc_hook=_for_aws))
rest_json = Renderer(msgspec.json.Encoder(enc_hook=_for_rest))
