"""The numbers of what the engine has in memory, read at each scrape. Must not know web frameworks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from statemachine.host import QueueLengths

GAUGES = {
    "executions_running": "Executions that run.",
    "executions_pending": "Executions that are queued (not those whose start is delayed).",
    "inbox_events": "Events that wait for their step.",
    "evaluations_parked": "Executions that wait for the evaluation of an expression.",
    "timers": "Timers of the next minutes, including those whose wait is over.",
    "tasks_under_way": "Tasks that were given to their kind and have no result yet (without activity tasks).",
    "activity_tasks": "Activity tasks that wait for a worker.",
    "activity_polls": "GetActivityTask calls that wait for a task.",
    "clock_jumps": "How often the wall clock was set by more than a second since the start.",
}
"""The help text of each gauge. Its name is that of a member of `QueueLengths`."""


class Queues(Collector):
    """Gauges of the lengths. `lengths` is called once for each scrape."""

    def __init__(self, lengths: Callable[[], QueueLengths]) -> None:
        self._lengths = lengths

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The metric families without values, so that registration reads nothing."""
        for name, help in GAUGES.items():
            yield GaugeMetricFamily(f"statemachine_{name}", help)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The metric families with their present values."""
        lengths = self._lengths()
        for name, help in GAUGES.items():
            yield GaugeMetricFamily(f"statemachine_{name}", help, value=getattr(lengths, name))
