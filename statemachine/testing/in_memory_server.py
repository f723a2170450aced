"""A whole server but its process: store, catalogues, engine and service, joined in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from statemachine.api.render import aws_json
from statemachine.composition import compose
from statemachine.config import Settings
from statemachine.config.values import checked
from statemachine.core.events import TurnCame
from statemachine.core.model import UNENDED
from statemachine.engine.waiting_for_evaluation import Evaluators
from statemachine.host import Observer
from statemachine.json_text import load
from statemachine.service.actions import ACTIONS, wire_name
from statemachine.store.interface import Store
from statemachine.store.memory import MemoryStore
from statemachine.tasks.kind import TaskAttempt
from statemachine.testing.scripted_tasks import ScriptedTasks
from statemachine.testing.virtual_clock import VirtualClock

PATIENCE_SECONDS = 20.0
"""Real time after which a wait gives up."""


class InMemoryServer:
    """The parts of a server, with short forms for tests. Answers are as the AWS API shows them."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: VirtualClock,
        tasks: ScriptedTasks,
        evaluators: Evaluators | None,
        *,
        observers: Sequence[Observer],
        monotonic: VirtualClock | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock
        self.tasks = tasks
        self.fatal: list[Exception] = []
        self.parts = compose(
            settings,
            store,
            [tasks],
            clock=clock,
            monotonic=monotonic,
            evaluators=evaluators,
            observers=observers,
            fatal=self.fatal.append,
        )
        self.engine = self.parts.engine
        self.actions = self.parts.actions

    async def ask(self, action: str, **members: Any) -> dict[str, Any]:
        """The answer of an action by its name. Members may have Python's names (`state_machine_arn`) or the wire's.

        Raises ServiceError.
        """
        named = {wire_name(name): value for name, value in members.items()}
        answer: dict[str, Any] = load(aws_json(await self.actions.call(ACTIONS[action], **named)))
        return answer

    async def create(self, definition: Any, name: str = "m") -> str:
        """Register a definition; its ARN."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        role = self.parts.service.home.role
        arn: str = (await self.ask("CreateStateMachine", name=name, definition=text, role_arn=role))["stateMachineArn"]
        return arn

    async def start(self, machine_arn: str, input: str = "{}", name: str | None = None) -> str:
        """Start an execution; its ARN."""
        started = await self.ask("StartExecution", state_machine_arn=machine_arn, input=input, name=name)
        arn: str = started["executionArn"]
        return arn

    async def run(self, definition: Any, input: str = "{}") -> dict[str, Any]:
        """Register a definition, execute it and describe how it ended."""
        return await self.ended(await self.start(await self.create(definition), input))

    async def describe(self, arn: str) -> dict[str, Any]:
        """An execution, whatever became of it."""
        return await self.ask("DescribeExecution", execution_arn=arn)

    async def ended(self, arn: str) -> dict[str, Any]:
        """The execution, once it has ended. Raises TimeoutError after 20 s of real time."""
        described = await self.describe(arn)

        async def poll() -> None:
            nonlocal described
            while described["status"] in UNENDED:
                await asyncio.sleep(0)
                described = await self.describe(arn)

        await _patiently(poll(), lambda: f"{arn} is {described['status']}")
        return described

    async def events(self, arn: str) -> list[dict[str, Any]]:
        """The whole history."""
        page = await self.ask("GetExecutionHistory", execution_arn=arn, max_results=1000)
        events: list[dict[str, Any]] = page["events"]
        return events

    async def types(self, arn: str) -> list[str]:
        """The types of the whole history's events."""
        return [event["type"] for event in await self.events(arn)]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds. Raises TimeoutError after 20 s of real time."""
        await _patiently(_until(condition), lambda: "the condition does not hold")

    async def task(self, number: int = 0) -> TaskAttempt:
        """The task that was started as number `number`, from 0. Raises TimeoutError after 20 s of real time."""
        started = self.tasks.started
        await _patiently(_until(lambda: len(started) > number), lambda: f"{len(started)} tasks were started")
        return started[number]

    async def settle(self) -> None:
        """Wait until everything that was delivered so far is stepped and durable."""
        reply = await self.engine.deliver("nobody:none", TurnCame("", ""))
        assert reply.stale

    async def advance(self, seconds: float) -> None:
        """Let time pass, and let every due timer fire."""
        self.clock.now += seconds
        self.engine.wake()
        await asyncio.sleep(0)
        await self.settle()


async def _until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0)


async def _patiently(wait: Coroutine[Any, Any, None], state: Callable[[], str]) -> None:
    """Raises TimeoutError, which says how things stand, if the wait takes too long."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await wait
    except TimeoutError:
        raise TimeoutError(f"after {PATIENCE_SECONDS:g} s of real time {state()}") from None


@asynccontextmanager
async def in_memory_server(
    store: Store | None = None,
    clock: VirtualClock | None = None,
    tasks: ScriptedTasks | None = None,
    evaluators: Evaluators | None = None,
    observers: Sequence[Observer] = (),
    *,
    monotonic: VirtualClock | None = None,
    **settings: Any,
) -> AsyncIterator[InMemoryServer]:
    """A server that has recovered from `store`; it is drained and closed at the end. Raises ConfigError.

    With a `monotonic` clock, the server takes a leap of that clock for a pause of its process.
    """
    server = InMemoryServer(
        store or MemoryStore(),
        checked(settings, Settings, "in_memory_server"),
        clock or VirtualClock(),
        tasks or ScriptedTasks(),
        evaluators,
        observers=observers,
        monotonic=monotonic,
    )
    await server.parts.open()
    try:
        yield server
    finally:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await server.engine.close()
