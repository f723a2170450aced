"""Counts of executions, history events, commits and tasks, and the cost of recovery. Must not know web frameworks."""

from __future__ import annotations

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from statemachine.core.model import ENDED
from statemachine.core.resource import parse_resource
from statemachine.host import Commit, Observer, TaskOutcome

KINDS = ("lambda", "activity", "shell", "other")
"""The kinds of task. Kinds of other packages count as "other", so no definition can add a label value."""
OUTCOMES: tuple[TaskOutcome, ...] = get_args(TaskOutcome)
COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
COMMIT_SIZES = (1, 10, 100, 1_000, 10_000, 100_000)
TASK_SECONDS = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3_600.0, 86_400.0)


class Counts(Observer):
    """An observer of the host. It registers all metrics and label values at once, so every series begins at zero."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count_executions(registry)
        self._count_commits(registry)
        self._count_tasks(registry)
        self._count_recovery(registry)

    def recovered(self, commands: int, seconds: float) -> None:
        self._recovery_commands.set(commands)
        self._recovery_seconds.set(seconds)

    def committed(self, commit: Commit) -> None:
        self._commit_rows.observe(commit.rows)
        self._commit_events.observe(commit.history_events)
        self._commit_seconds.observe(commit.seconds)
        self._events.inc(commit.history_events)
        self._started.inc(len(commit.started))
        for execution in commit.ended:
            self._ended[execution.status].inc()
        for task in commit.tasks:
            self._tasks[_kind(task.resource), task.outcome].observe(task.seconds)

    def rolled_back(self, error: Exception) -> None:
        self._rolled_back.inc()

    def _count_executions(self, registry: CollectorRegistry) -> None:
        self._started = Counter(
            "statemachine_executions_started",
            "Executions that began to run, or were stopped while they were PENDING.",
            registry=registry,
        )
        ended = Counter("statemachine_executions_ended", "Executions that ended.", ["status"], registry=registry)
        self._ended = {status: ended.labels(status) for status in ENDED}
        self._events = Counter("statemachine_history_events", "History events made durable.", registry=registry)

    def _count_commits(self, registry: CollectorRegistry) -> None:
        self._commit_rows = Histogram(
            "statemachine_commit_rows", "Rows that a commit wrote.", buckets=COMMIT_SIZES, registry=registry
        )
        self._commit_events = Histogram(
            "statemachine_commit_events", "History events in a commit.", buckets=COMMIT_SIZES, registry=registry
        )
        self._commit_seconds = Histogram(
            "statemachine_commit_seconds",
            "From the submission of a commit until the engine was told that it is durable.",
            buckets=COMMIT_SECONDS,
            registry=registry,
        )
        self._rolled_back = Counter("statemachine_commits_failed", "Commits that were rolled back.", registry=registry)

    def _count_tasks(self, registry: CollectorRegistry) -> None:
        tasks = Histogram(
            "statemachine_task_seconds",
            "From the scheduling of a task to its end, by kind of task and outcome.",
            ["kind", "outcome"],
            buckets=TASK_SECONDS,
            registry=registry,
        )
        self._tasks = {(kind, outcome): tasks.labels(kind, outcome) for kind in KINDS for outcome in OUTCOMES}

    def _count_recovery(self, registry: CollectorRegistry) -> None:
        self._recovery_seconds = Gauge(
            "statemachine_recovery_seconds", "How long recovery took at the start.", registry=registry
        )
        self._recovery_commands = Gauge(
            "statemachine_recovery_commands", "Open commands that recovery released again.", registry=registry
        )


def _kind(resource: str) -> str:
    parsed = parse_resource(resource)
    if parsed.family == "Activity":
        return "activity"
    return parsed.service if parsed.service in KINDS else "other"
