"""All metrics of one server, as a web resource, in the text format that the scraper accepts.

Must not know what is counted.
"""

from __future__ import annotations

from collections.abc import Callable

from falcon.asgi import Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder

from statemachine.host import QueueLengths
from statemachine.metrics.counts import Counts
from statemachine.metrics.log_lines import LogLines
from statemachine.metrics.queues import Queues


class Metrics:
    """`counts` is an observer for the engine. Two servers in one process share no metrics: each has its registry."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(LogLines())
        self.counts = Counts(self._registry)

    def read(self, lengths: Callable[[], QueueLengths]) -> None:
        """Show the lengths of an engine's queues too. Each scrape calls `lengths`."""
        self._registry.register(Queues(lengths))

    async def on_get(self, request: Request, response: Response) -> None:
        """GET /metrics, for Prometheus."""
        encode, response.content_type = choose_encoder(request.get_header("Accept", default=""))
        response.data = encode(self._registry)
