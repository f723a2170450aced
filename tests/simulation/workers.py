"""Who does the tasks: functions that run while the engine does, and workers outside, who outlive its crashes and keep
their tokens. Both do what the scenario says; now and then somebody cheats.
"""

from __future__ import annotations

from functools import partial
from random import Random

from statemachine.core.context import task_token
from statemachine.core.events import Event, TaskFailure, TaskHeartbeat, TaskReturned, TaskSuccess, TaskTaken
from statemachine.core.model import Execution, Scope
from statemachine.core.payload import Payload
from statemachine.engine.timers import Timer
from statemachine.host import ActivityTask, Reply
from statemachine.tasks.kind import Failed, OnResult, Succeeded, TaskAttempt, TaskLog, TaskResult
from tests.simulation.definitions import CALLBACK
from tests.simulation.process import Outside
from tests.simulation.scenario import Behaviour
from tests.simulation.task_logs import printed_in
from tests.simulation.virtual_time import Loop
from tests.simulation.witness import Violation, address, promise
from tests.simulation.world import World


class Workers:
    """The workers of one run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._chance = Random(f"workers {world.scenario.seed}")
        self._evaluations = Random(f"evaluations {world.scenario.seed}")

    def functions(self, loop: Loop) -> Functions:
        """The functions of one life of the engine."""
        return Functions(self, loop)

    def called_to(self, activity: str) -> None:
        """A worker will come and take a task of the activity."""
        pace = 0.05 if self.world.scenario.calm else self._chance.choice((0.05, 2.0, 20.0))
        self.world.agenda.plan(self._chance.uniform(0, pace), partial(self._poll, activity))

    def behaviour(self, execution: Execution, scope: Scope, arguments: str) -> Behaviour:
        """What the task of that scope will do."""
        apart_from_token = arguments.replace(task_token(execution, scope), "")
        return self.world.scenario.behaviour(execution.id, scope.path, scope.state, scope.retries, apart_from_token)

    def work(self, token: str, behaviour: Behaviour) -> None:
        """Send heartbeats and an answer, or two."""
        id, path = address(token)
        *beats, last = behaviour.delays
        after = 0.0
        for delay in beats:
            after += delay
            self.world.agenda.plan(after, partial(self.world.deliver, id, TaskHeartbeat(path, token)))
        if behaviour.silent:
            return
        answer: Event = TaskFailure(path, token, error=behaviour.error, cause="as planned")
        if behaviour.output is not None:
            answer = TaskSuccess(path, token, Payload(text=behaviour.output))
        for delay in (after + last, after + last + self._chance.uniform(0, 3))[: 1 + behaviour.repeated]:
            self.world.agenda.plan(delay, partial(self.world.deliver, id, answer))

    def evaluation_seconds(self) -> float:
        """How long the next evaluation takes."""
        return self._evaluations.choice((0.0, 0.002, 0.05, 1.0))

    def cheat(self) -> None:
        """Now and then answer a task that is over, or with a token that was never given."""

        def refused(reply: Reply) -> None:
            promise(reply.stale, "an answer with a stale or forged token was accepted")

        witness = self.world.witness
        if not witness.tokens or self._chance.random() < 0.7:
            return
        token = self._chance.choice(list(witness.tokens))
        id, path = address(token)
        if witness.waits(token):
            token = ("B" if token[0] == "A" else "A") + token[1:]
        output = Payload(text='"forged"')
        forged: tuple[Event, ...] = (
            TaskSuccess(path, token, output),
            TaskFailure(path, token, error="Forged"),
            TaskHeartbeat(path, token),
            TaskTaken(path, token),
            TaskReturned(path, token, output),
        )
        event = self._chance.choice(forged)
        self.world.agenda.plan(self._chance.uniform(0, 1), partial(self.world.deliver, id, event, refused))

    def _poll(self, activity: str) -> None:
        def got(task: ActivityTask | None) -> None:
            found = None if task is None else self.world.witness.taken(task.token, task.input)
            if task is None or found is None:
                return
            execution, scope = found
            self.world.note(f"worker has {execution.id}{scope.path} {scope.state} {scope.attempt}")
            self.work(task.token, self.behaviour(execution, scope, task.input))
            self.cheat()

        self.world.ask(lambda process: process.poll_activity(activity, "worker", 60.0), got, again=False)


class Functions(Outside):
    """The functions that one life of the engine calls. They end with it, and with them what they would have said."""

    def __init__(self, workers: Workers, loop: Loop) -> None:
        self._workers = workers
        self._world = workers.world
        self._loop = loop
        self._running: dict[str, TaskLog] = {}

    def started(self, task: TaskAttempt, answer: OnResult) -> None:
        promise(task.token not in self._running, f"{task.state} was started while it runs")
        execution, scope = self._world.witness.handed_out(task.token, task.arguments_text, task.idempotency_key)
        log = self._running[task.token] = printed_in(execution, scope)
        self._world.note(f"function has {execution.id}{scope.path} {scope.state} {scope.attempt}")
        behaviour = self._workers.behaviour(execution, scope, task.arguments_text)
        if task.resource == CALLBACK:
            self._loop.call_later(0.2, self._answer, task.token, Succeeded('{"notified":true}', log), answer)
            self._workers.work(task.token, behaviour)
        elif not behaviour.silent:
            outcome: TaskResult = Failed(behaviour.error, "as planned", log)
            if behaviour.output is not None:
                outcome = Succeeded(behaviour.output, log)
            for _ in range(1 + behaviour.repeated):
                self._loop.call_later(behaviour.delays[-1], self._answer, task.token, outcome, answer)
        self._workers.cheat()
        self._world.faults.at_effect()

    def cancelled(self, token: str) -> None:
        self._running.pop(token, None)
        self._world.witness.cancelled(token)

    def printed_by(self, token: str) -> TaskLog | None:
        return self._running.get(token)

    def offered(self, activity: str) -> None:
        if self._loop.alive:
            self._workers.called_to(activity)

    def armed(self, timer: Timer) -> None:
        self._world.witness.armed(timer)

    def evaluation_seconds(self) -> float:
        return self._workers.evaluation_seconds()

    def failed(self, error: Exception) -> None:
        if self._world.scenario.defective is None or not isinstance(error, ZeroDivisionError):
            raise Violation(f"the engine met a defect: {error!r}") from error

    def _answer(self, token: str, outcome: Succeeded | Failed, answer: OnResult) -> None:
        self._running.pop(token, None)
        answer(token, outcome)
