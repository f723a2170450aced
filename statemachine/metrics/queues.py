"""The lengths of the engine's queues, read only at a scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from statemachine.host import Lengths

GAUGES = {
    "running": ("executions_running", "Executions that run."),
    "waiting": ("executions_pending", "Executions that wait for their turn (not those whose start time is to come)."),
    "inbox": ("inbox_events", "Events that wait for their step."),
    "evaluating": ("evaluations_parked", "Executions that wait for the evaluation of an expression."),
    "timers": ("timers", "Timers of the next minutes, with those that nobody waits for any more."),
    "tasks": ("tasks_under_way", "Tasks that their kind has not answered yet (activity tasks not among them)."),
    "activity_tasks": ("activity_tasks", "Activity tasks that wait for a worker."),
    "activity_workers": ("activity_polls", "GetActivityTask calls that wait for a task."),
}
"""The name and the help text of each gauge, by the member of `Lengths`."""


class Queues(Collector):
    """Gauges of the lengths. `lengths` is called once for each scrape."""

    def __init__(self, lengths: Callable[[], Lengths]) -> None:
        self._lengths = lengths

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The metric families without values, so that registration reads nothing."""
        for name, help in GAUGES.values():
            yield GaugeMetricFamily(f"statemachine_{name}", help)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The metric families with their present values."""
        lengths = self._lengths()
        for member, (name, help) in GAUGES.items():
            yield GaugeMetricFamily(f"statemachine_{name}", help, value=getattr(lengths, member))
