"""Who starts and stops executions, and registers things. Each asks until it hears an answer, and then holds it against
the disk.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from itertools import count
from typing import Any

from statemachine.checkpoint import keys
from statemachine.core.events import StartRequested, StopRequested
from statemachine.core.model import Execution
from statemachine.core.payload import Payload
from statemachine.host import Reply
from statemachine.json_text import dump
from tests.simulation.definitions import HOME
from tests.simulation.process import Process
from tests.simulation.scenario import Start
from tests.simulation.witness import promise
from tests.simulation.world import World


class Callers:
    """The callers of one run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seeds = count()
        for start in world.scenario.starts:
            world.agenda.plan(start.at, partial(self._start, start))
            world.agenda.plan(start.at, partial(self._register, start.name))
            if start.stopped_at is not None:
                world.agenda.plan(start.stopped_at, partial(self._stop, start))

    def _start(self, start: Start) -> None:
        event = StartRequested()

        def call(process: Process) -> Coroutine[Any, None, Reply]:
            header = self._header(start)
            return process.deliver(header.id, event, header)

        def told(reply: Reply) -> None:
            promise(reply.execution is not None, f"the start of {start.id} was answered without an execution")
            self._world.note(f"started {start.id}")
            self._world.witness.replied(event, reply)

        self._world.ask(call, told)

    def _header(self, start: Start) -> Execution:
        return Execution(
            id=start.id,
            arn=f"arn:aws:states:{HOME}:execution:{start.machine}:{start.name}",
            name=start.name,
            machine_arn=f"arn:aws:states:{HOME}:stateMachine:{start.machine}",
            revision=start.revision,
            role_arn="arn:aws:iam::000000000000:role/any",
            seed=f"{next(self._seeds)}",
            started=self._world.clock(),
            input=Payload(text=start.input),
            start_at=None if start.delay is None else self._world.clock() + start.delay,
            priority=start.priority,
        )

    def _stop(self, start: Start) -> None:
        def told(reply: Reply) -> None:
            ended = reply.execution is None or reply.execution.status != "RUNNING"
            promise(ended, f"{start.id} was stopped, but runs")

        event = StopRequested(error="Stopped", cause="by its owner")
        self._world.deliver(start.id, event, told, again=start.insists)

    def _register(self, name: str) -> None:
        key, row = keys.activity(name), dump(name).encode()

        def told(_: None) -> None:
            promise(self._world.store.get(key) == row, f"{key} was written, but is not on disk")

        self._world.ask(lambda process: process.write({key: row}), told)
