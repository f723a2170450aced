"""A catalogue: all resources of one kind by name. Their rows are in the store, their image is in memory.

A change is written durably first and then shown by the image, so no reader sees a change that a crash would undo.
Must not know any kind of resource.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

import msgspec

from statemachine.arn import Arn
from statemachine.host import Host
from statemachine.store.interface import Readable
from statemachine.store.pages import scan_pages

Rows = Mapping[str, bytes | None]


class Named(Protocol):
    """The members that every resource has."""

    @property
    def name(self) -> str: ...

    @property
    def arn(self) -> str: ...


R = TypeVar("R", bound=Named)


class Catalog(Generic[R]):
    """The resources of one type. Hold `changing` while you look at one and change it."""

    def __init__(self, type: type[R], prefix: str) -> None:
        """`prefix` is that of the rows' keys; the name follows it."""
        self._decoder = msgspec.json.Decoder(type)
        self._prefix = prefix
        self._by_name: dict[str, R] = {}
        self._names: list[str] = []
        self.changing = asyncio.Lock()

    def load(self, rows: Readable) -> None:
        """Read all resources."""
        for page in scan_pages(rows, self._prefix):
            for _, row in page:
                self._keep(self._decoder.decode(row))

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[R]:
        """All resources by name."""
        return (self._by_name[name] for name in self._names)

    def get(self, name: str) -> R | None:
        """The resource of that name."""
        return self._by_name.get(name)

    def find(self, arn: Arn) -> R | None:
        """The resource of that ARN, without regard to a qualifier that the ARN may have."""
        resource = self._by_name.get(arn.name)
        qualified = f"{resource.arn}:{arn.qualifier}" if resource is not None and arn.qualifier else ""
        return resource if resource is not None and arn.text in (resource.arn, qualified) else None

    def page(self, after: str, size: int) -> list[R]:
        """At most `size` resources by name, those behind the name `after`."""
        start = bisect_right(self._names, after) if after else 0
        return [self._by_name[name] for name in self._names[start : start + size]]

    async def put(self, host: Host, resource: R, also: Rows | None = None) -> None:
        """Register a new or changed resource, with further rows of its own. Raises NotDurable or Unavailable."""
        await host.write({self.key(resource.name): msgspec.json.encode(resource), **(also or {})})
        self._keep(resource)

    async def remove(self, host: Host, name: str, also: Rows | None = None) -> None:
        """Remove a resource, with further rows of its own. Raises NotDurable or Unavailable."""
        await host.write({self.key(name): None, **(also or {})})
        if self._by_name.pop(name, None) is not None:
            del self._names[bisect_right(self._names, name) - 1]

    @contextmanager
    def shown_as(self, resource: R) -> Iterator[None]:
        """Let the image show a change before it is durable; if the block raises, the image is as before."""
        before = self._by_name[resource.name]
        self._by_name[resource.name] = resource
        try:
            yield
        except BaseException:
            self._by_name[resource.name] = before
            raise

    def key(self, name: str) -> str:
        """The key of a resource's row."""
        return self._prefix + name

    def _keep(self, resource: R) -> None:
        if resource.name not in self._by_name:
            insort(self._names, resource.name)
        self._by_name[resource.name] = resource
