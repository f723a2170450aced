"""All metrics of one server, and the resource that shows them, in the text format that a scraper asks for."""

from __future__ import annotations

from collections.abc import Callable

from falcon.asgi import Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder

from statemachine.host import Lengths
from statemachine.metrics.counts import Counts
from statemachine.metrics.queues import Queues


class Metrics:
    """`counts` is an observer for the engine. A registry of its own: two servers in one process do not meet."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.counts = Counts(self._registry)

    def read(self, lengths: Callable[[], Lengths]) -> None:
        """Show the lengths of an engine's queues too, from now on."""
        self._registry.register(Queues(lengths))

    async def on_get(self, request: Request, response: Response) -> None:
        """GET /metrics, for Prometheus."""
        encode, response.content_type = choose_encoder(request.get_header("Accept", default=""))
        response.data = encode(self._registry)
