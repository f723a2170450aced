"""What goes out once it is durable, and comes back as an event: timers, tasks for their kinds, tasks for workers.

Called when a group has been committed, and at recovery for what an earlier process had committed. Knows neither the
loop nor the store; where an execution stands it is told by the writer.
"""

from __future__ import annotations

from statemachine.core.model import Command, Execution
from statemachine.core.resource import parse_resource
from statemachine.core.token import make_task_token
from statemachine.core.waits import TaskWait, TimedWait
from statemachine.engine.activities import ActivityQueues, Waiter
from statemachine.engine.running_tasks import RunningTasks
from statemachine.engine.timers import Timer, Timers
from statemachine.engine.writer import Group, Writer


class Releases:
    """Releases commands, and takes them back."""

    def __init__(self, writer: Writer, timers: Timers, queues: ActivityQueues, tasks: RunningTasks) -> None:
        self._writer = writer
        self._timers = timers
        self._queues = queues
        self._tasks = tasks

    def committed(self, group: Group) -> None:
        """All that a group which is durable now lets out."""
        for execution in group.begun:
            self._set_timers(execution)
        for id, command in group.commands:
            self.release(id, command)
        for id, command in group.cancelled:
            self._cancel(id, command)

    def release(self, id: str, command: Command) -> None:
        """Let one command out."""
        waiting = command.waiting
        if isinstance(waiting, TimedWait) and waiting.due is not None:
            self._timers.add(Timer(waiting.due, id, command.scope, waiting.attempt))
        if isinstance(waiting, TaskWait) and not command.extended:
            self.hand_out(id, command.scope, waiting)

    def hand_out(self, id: str, path: str, waiting: TaskWait) -> None:
        """Give a task to whoever does it."""
        if parse_resource(waiting.resource).family == "Activity":
            self._queues.offer(waiting.resource, Waiter(id, path, waiting.attempt))
            return
        checkpoint = self._writer.look(id)
        assert checkpoint is not None
        self._tasks.start(checkpoint, path, waiting)

    def task_of(self, task: Waiter) -> tuple[str, TaskWait] | None:
        """Token and wait of a queued activity task, None when its scope has moved on."""
        checkpoint = self._writer.look(task.id)
        scope = None if checkpoint is None else checkpoint.scopes.get(task.path)
        waiting = None if scope is None else scope.waiting
        if checkpoint is None or not isinstance(waiting, TaskWait) or waiting.attempt != task.attempt:
            return None
        return make_task_token(task.id, checkpoint.execution.seed, task.path, task.attempt), waiting

    def _set_timers(self, execution: Execution) -> None:
        """The timers of an execution that has just begun or was queued."""
        if execution.status == "PENDING" and execution.start_at is not None:
            self._timers.add(Timer(execution.start_at, execution.id, "+", ""))
        if execution.deadline is not None:
            self._timers.add(Timer(execution.deadline, execution.id, "!", ""))

    def _cancel(self, id: str, command: Command) -> None:
        checkpoint = self._writer.look(id)
        if checkpoint is not None:
            execution = checkpoint.execution
            self._tasks.cancel(make_task_token(id, execution.seed, command.scope, command.waiting.attempt))
