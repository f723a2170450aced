"""Map (inline): run the same states for every item, a limited number at once, and collect the outputs in item order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from statemachine.core.limits import INLINE_MAP_CONCURRENCY_MAX
from statemachine.core.model import Decision, Exit, Fork
from statemachine.core.states.body import Source
from statemachine.query.language import Reader
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Map:
    """`items` reads the list of items. `selector` makes the input of one iteration; its context object has Map.Item."""

    start: str
    items: Reader
    selector: Reader | None
    concurrency: Reader | None

    next: str | None

    @classmethod
    def compile(cls, source: Source) -> Map:
        """From ItemProcessor (old name: Iterator), ItemsPath or Items, ItemSelector (old name: Parameters) and
        MaxConcurrency with its Path form."""
        fields, language = source.fields, source.language
        items = language.field(fields, "Items")
        assert items is not None
        name = "ItemSelector" if "ItemSelector" in fields else "Parameters"
        selector = language.template(fields[name], name) if name in fields else None
        start = source.block(fields["ItemProcessor"] if "ItemProcessor" in fields else fields["Iterator"])
        return cls(start, items, selector, language.field(fields, "MaxConcurrency"), source.next)

    def enter(self, view: View) -> Decision:
        asked = self.concurrency(view) if self.concurrency is not None else 0
        items: list[Any] = self.items(view)
        limit = min(asked or INLINE_MAP_CONCURRENCY_MAX, INLINE_MAP_CONCURRENCY_MAX)
        return Fork(len(items), limit, view.input, items)

    def resume(self, view: View) -> Decision:
        return Exit(self.next, view.result)

    def first_state(self, index: int) -> str:
        return self.start
