"""Releases durable commands: sets timers, gives tasks to their kinds, and puts activity tasks into their queues.

Called when a group is durable, and at recovery for the commands of an earlier process. Releasing a command twice does
no harm. Must not know the event loop and the store: the writer gives it checkpoints.
"""

from __future__ import annotations

from typing import NamedTuple

from statemachine.core.model import Command
from statemachine.core.resource import parse_resource
from statemachine.core.token import make_task_token
from statemachine.core.waits import TaskWait, TimedWait, TimerWait
from statemachine.engine.activities import ActivityQueues, QueuedTask
from statemachine.engine.group import Group
from statemachine.engine.running_tasks import RunningTasks
from statemachine.engine.timers import Timer, Timers, execution_timers
from statemachine.engine.writer import Writer


class TokenAndWait(NamedTuple):
    """The token of a task and the wait of its scope."""

    token: str
    wait: TaskWait


class Releases:
    """Releases the commands of one writer."""

    def __init__(self, writer: Writer, timers: Timers, queues: ActivityQueues, tasks: RunningTasks) -> None:
        self._writer = writer
        self._timers = timers
        self._queues = queues
        self._tasks = tasks

    def release_group(self, group: Group) -> None:
        """Release the commands of a group that is durable, and cancel the tasks that it cancels."""
        for execution in group.accepted:
            for timer in execution_timers(execution):
                self._timers.add(timer)
        for id, command in group.commands:
            self.release(id, command)
        for id, command in group.cancelled:
            self._cancel(id, command)

    def release(self, id: str, command: Command) -> None:
        """Release one command."""
        wait = command.waiting
        if isinstance(wait, TimedWait) and wait.due is not None:
            absolute = isinstance(wait, TimerWait) and wait.absolute
            self._timers.add(Timer(wait.due, id, command.scope, wait.attempt, absolute))
        if isinstance(wait, TaskWait) and not command.extended:
            self.hand_out(id, command.scope, wait)

    def hand_out(self, id: str, path: str, wait: TaskWait) -> None:
        """Give a task to its kind, or put it into the queue of its activity."""
        if parse_resource(wait.resource).family == "Activity":
            self._queues.offer(wait.resource, QueuedTask(id, path, wait.attempt))
            return
        checkpoint = self._writer.current_checkpoint(id)
        assert checkpoint is not None
        self._tasks.start(checkpoint, path, wait)

    def find_task(self, task: QueuedTask) -> TokenAndWait | None:
        """A queued activity task, None if its scope no longer waits for it."""
        checkpoint = self._writer.current_checkpoint(task.id)
        scope = None if checkpoint is None else checkpoint.scopes.get(task.path)
        wait = None if scope is None else scope.waiting
        if checkpoint is None or not isinstance(wait, TaskWait) or wait.attempt != task.attempt:
            return None
        token = make_task_token(task.id, checkpoint.execution.seed, task.path, task.attempt)
        return TokenAndWait(token, wait)

    def _cancel(self, id: str, command: Command) -> None:
        checkpoint = self._writer.current_checkpoint(id)
        if checkpoint is not None:
            execution = checkpoint.execution
            self._tasks.cancel(make_task_token(id, execution.seed, command.scope, command.waiting.attempt))
