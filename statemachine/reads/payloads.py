"""Payloads as rows refer to them: a small one is text where it is used, a large one is the number of its own row."""

from __future__ import annotations

from collections.abc import Iterable

from statemachine.checkpoint import keys
from statemachine.json_text import JsonText
from statemachine.store.interface import Readable, StoreDamaged

StoredPayload = int | str
"""The number of the row that holds the JSON text, or the text itself."""


class Payloads:
    """The texts of some payloads of one execution, read together."""

    def __init__(self, rows: Readable, id: str, wanted: Iterable[StoredPayload | None]) -> None:
        self._id = id
        numbers = {payload for payload in wanted if isinstance(payload, int)}
        self._texts = rows.gather([keys.data(id, number) for number in numbers]) if numbers else {}

    def text(self, payload: StoredPayload) -> JsonText:
        """The JSON text of a payload that was among the wanted ones. Raises StoreDamaged if its row is missing."""
        if isinstance(payload, str):
            return JsonText(payload)
        row = self._texts.get(keys.data(self._id, payload))
        if row is None:
            raise StoreDamaged(f"payload {payload} of {self._id} is missing")
        return JsonText(row.decode())
