"""A whole server but its process: store, registries, engine and service, joined in memory under a clock that tests set.

Nothing here sleeps for longer than a turn of the loop: time passes when a test says so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from statemachine.config import Settings
from statemachine.core.model import Event
from statemachine.engine.admission import Limits
from statemachine.engine.loop import Engine
from statemachine.engine.parked import Evaluators
from statemachine.host import Observer
from statemachine.registry.activities import Activities
from statemachine.registry.machines import Machines
from statemachine.service.service import Service
from statemachine.store.base import Rows, Store, StoreError
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import OnOutcome, TaskAttempt, TaskResult

START = 1_700_000_000.0
ROLE = "arn:aws:iam::000000000000:role/any"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:work"
PATIENCE_SECONDS = 20.0
"""Real time after which a test gives up."""


class Clock:
    """Epoch seconds that stand still."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Functions:
    """The task kind of all Lambda functions: it keeps the tasks that it was given, and the test answers them."""

    def __init__(self) -> None:
        self.started: list[TaskAttempt] = []
        self.cancelled: list[str] = []
        self._answer: dict[str, OnOutcome] = {}

    def accepts(self, resource: str) -> bool:
        return ":lambda:" in resource

    def start(self, task: TaskAttempt, answer: OnOutcome) -> None:
        self.started.append(task)
        self._answer[task.token] = answer

    def cancel(self, token: str) -> None:
        self.cancelled.append(token)

    def answer(self, task: TaskAttempt, outcome: TaskResult) -> None:
        """Let a task end."""
        self._answer[task.token](task.token, outcome)

    async def close(self) -> None:
        """Nothing to release."""


class UnreliableStore(MemoryStore):
    """A store whose commits fail for a while. `commits` and `failed` count those that held and those that did not."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = self.failed = 0
        self._error: StoreError | None = None
        self._from = 0

    def fail(self, error: StoreError, after: int = 0) -> None:
        """Refuse every commit, once `after` more of them have held."""
        self._error, self._from = error, self.commits + after

    def recover(self) -> None:
        """Refuse no more."""
        self._error = None

    def commit(self, rows: Rows, fresh: Rows, epoch: int) -> None:
        if self._error is not None and self.commits >= self._from:
            self.failed += 1
            raise self._error
        super().commit(rows, fresh, epoch)
        self.commits += 1


class InMemoryServer:
    """The parts of a server, and short forms for what tests do with them."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Clock,
        functions: Functions,
        evaluators: Evaluators | None,
        *,
        observers: Sequence[Observer],
    ) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.functions = functions
        self.fatal: list[Exception] = []
        self.machines, self.activities = Machines(store), Activities(store)
        self.machines.load()
        self.activities.load()
        self.engine = Engine(
            store,
            self.machines,
            self.activities,
            [functions],
            evaluators=evaluators,
            limits=Limits(settings.running_max, settings.running_max_by_machine, settings.ageing_seconds),
            observers=observers,
            clock=clock,
            fatal=self.fatal.append,
        )
        self.service = Service(self.engine, self.machines, self.activities, settings, clock)

    async def create(self, definition: Any, name: str = "m") -> str:
        """Register a definition; its ARN."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        made = await self.service.state_machines.create(name=name, definition=text, role_arn=ROLE)
        arn: str = made["stateMachineArn"]
        return arn

    async def start(self, machine_arn: str, input: str = "{}", name: str | None = None) -> str:
        """Start an execution; its ARN."""
        started = await self.service.executions.start(state_machine_arn=machine_arn, input=input, name=name)
        arn: str = started["executionArn"]
        return arn

    async def run(self, definition: Any, input: str = "{}") -> dict[str, Any]:
        """Register a definition, execute it and describe how it ended."""
        return await self.ended(await self.start(await self.create(definition), input))

    async def describe(self, arn: str) -> dict[str, Any]:
        """An execution, whatever became of it."""
        return await self.service.executions.describe(execution_arn=arn)

    async def ended(self, arn: str) -> dict[str, Any]:
        """The execution, once it has ended."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (described := await self.describe(arn))["status"] == "RUNNING":
                await asyncio.sleep(0)
        return described

    async def events(self, arn: str) -> list[dict[str, Any]]:
        """The whole history."""
        page = await self.service.executions.history(execution_arn=arn, max_results=1000)
        events: list[dict[str, Any]] = page["events"]
        return events

    async def types(self, arn: str) -> list[str]:
        """The types of the whole history's events."""
        return [event["type"] for event in await self.events(arn)]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                await asyncio.sleep(0)

    async def task(self, number: int = 0) -> TaskAttempt:
        """The function task that was started as the `number`th."""
        await self.until(lambda: len(self.functions.started) > number)
        return self.functions.started[number]

    async def settle(self) -> None:
        """Wait until everything that was delivered so far is stepped and durable."""
        reply = await self.engine.deliver("nobody:none", Event("turn"))
        assert reply.stale

    async def advance(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.clock.now += seconds
        self.engine.wake()
        await asyncio.sleep(0)
        await self.settle()


@asynccontextmanager
async def in_memory_server(
    store: Store | None = None,
    clock: Clock | None = None,
    functions: Functions | None = None,
    evaluators: Evaluators | None = None,
    observers: Sequence[Observer] = (),
    **settings: Any,
) -> AsyncIterator[InMemoryServer]:
    """A server that has recovered what `store` holds; drained and closed at the end."""
    server = InMemoryServer(
        store or MemoryStore(),
        Settings(**settings),
        clock or Clock(),
        functions or Functions(),
        evaluators,
        observers=observers,
    )
    await server.engine.open()
    server.service.state_machines.go_on_deleting()
    try:
        yield server
    finally:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await server.engine.close()
