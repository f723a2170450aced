"""Releases durable commands: sets timers, gives tasks to their kinds, and puts activity tasks into their queues.

Called when a group is durable, and at recovery for the commands of an earlier process. Releasing a command twice does
no harm. Knows neither the loop nor the store: the writer tells it where an execution stands.
"""

from __future__ import annotations

from statemachine.checkpoint import keys
from statemachine.core.model import Command, Execution
from statemachine.core.resource import parse_resource
from statemachine.core.token import make_task_token
from statemachine.core.waits import TaskWait, TimedWait
from statemachine.engine.activities import ActivityQueues, Waiter
from statemachine.engine.group import Group
from statemachine.engine.running_tasks import RunningTasks
from statemachine.engine.timers import Timer, Timers
from statemachine.engine.writer import Writer


class Releases:
    """Releases commands, and cancels tasks."""

    def __init__(self, writer: Writer, timers: Timers, queues: ActivityQueues, tasks: RunningTasks) -> None:
        self._writer = writer
        self._timers = timers
        self._queues = queues
        self._tasks = tasks

    def committed(self, group: Group) -> None:
        """Release the commands of a group that is durable."""
        for execution in group.begun:
            self._set_timers(execution)
        for id, command in group.commands:
            self.release(id, command)
        for id, command in group.cancelled:
            self._cancel(id, command)

    def release(self, id: str, command: Command) -> None:
        """Release one command."""
        wait = command.waiting
        if isinstance(wait, TimedWait) and wait.due is not None:
            self._timers.add(Timer(wait.due, id, command.scope, wait.attempt))
        if isinstance(wait, TaskWait) and not command.extended:
            self.hand_out(id, command.scope, wait)

    def hand_out(self, id: str, path: str, wait: TaskWait) -> None:
        """Give a task to its kind, or put it into the queue of its activity."""
        if parse_resource(wait.resource).family == "Activity":
            self._queues.offer(wait.resource, Waiter(id, path, wait.attempt))
            return
        checkpoint = self._writer.current_checkpoint(id)
        assert checkpoint is not None
        self._tasks.start(checkpoint, path, wait)

    def task_of(self, task: Waiter) -> tuple[str, TaskWait] | None:
        """The token and the wait of a queued activity task, None if its scope has moved on."""
        checkpoint = self._writer.current_checkpoint(task.id)
        scope = None if checkpoint is None else checkpoint.scopes.get(task.path)
        wait = None if scope is None else scope.waiting
        if checkpoint is None or not isinstance(wait, TaskWait) or wait.attempt != task.attempt:
            return None
        return make_task_token(task.id, checkpoint.execution.seed, task.path, task.attempt), wait

    def _set_timers(self, execution: Execution) -> None:
        """Set the timers of an execution that was just started or queued: its delayed start and its deadline."""
        if execution.status == "PENDING" and execution.start_at is not None:
            self._timers.add(Timer(execution.start_at, execution.id, keys.DELAYED_START, ""))
        if execution.deadline is not None:
            self._timers.add(Timer(execution.deadline, execution.id, keys.DEADLINE, ""))

    def _cancel(self, id: str, command: Command) -> None:
        checkpoint = self._writer.current_checkpoint(id)
        if checkpoint is not None:
            execution = checkpoint.execution
            self._tasks.cancel(make_task_token(id, execution.seed, command.scope, command.waiting.attempt))
