"""The number of log lines that this process has lost, read at each scrape. Must not know web frameworks."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from statemachine.logs import dropped_lines


class LogLines(Collector):
    """One counter."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The metric family with its present value."""
        yield CounterMetricFamily(
            "statemachine_log_lines_dropped",
            "Log lines that were dropped, because the reader of the log did not take them.",
            value=dropped_lines(),
        )
