"""An engine of its own for one execution: in memory or on a store, under the real clock or one that jumps."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from statemachine.arn import parse_arn
from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution, read_history
from statemachine.cli.progress import Reporter
from statemachine.config import Settings
from statemachine.core.history import aws_event
from statemachine.engine.loop import Engine
from statemachine.errors import ServiceError
from statemachine.evaluators.pool import EvaluatorPool
from statemachine.host import NotDurable, Unavailable
from statemachine.registry.activities import Activities
from statemachine.registry.machines import Machines
from statemachine.service.service import Service
from statemachine.store.base import Store, StoreError
from statemachine.store.directory import private_directory
from statemachine.store.locks import INTERPRETER, DirectoryInUse, DirectoryLock
from statemachine.store.memory import MemoryStore
from statemachine.store.sqlite import SqliteStore
from statemachine.tasks.functions.loading import FunctionsError
from statemachine.tasks.registry import TaskKindError, build_kinds

ROLE = "arn:aws:iam::000000000000:role/statemachine"


class Refused(Exception):
    """The execution cannot even begin; the text says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the execution ended; `output` is JSON text."""

    status: str
    output: str | None
    error: str | None
    cause: str | None


class SkippingClock:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def skip_to(self, moment: float) -> None:
        """Let it be at least that moment."""
        self._ahead += max(moment - self(), 0.0)


class LocalRun:
    """Runs one definition to its end."""

    def __init__(self, settings: Settings, *, durable: bool, skip_waits: bool) -> None:
        self._settings = settings
        self._durable = durable
        self._skip_waits = skip_waits
        self._clock = SkippingClock()
        self._changed = asyncio.Event()
        self._lost: Exception | None = None

    async def run(self, name: str, definition: str, input: str, report: Reporter) -> Outcome:
        """Register the definition, execute it and report its history. Raises Refused."""
        lock = self._own_directory()
        try:
            store: Store = SqliteStore(self._settings.store_path) if self._durable else MemoryStore()
            machines, activities = Machines(store), Activities(store)
            machines.load()
            activities.load()
            kinds = await build_kinds(self._settings)
            engine = Engine(
                store, machines, activities, kinds, evaluators=EvaluatorPool(), clock=self._clock, fatal=self._lose
            )
            await engine.open()
        except (StoreError, FunctionsError, TaskKindError) as error:
            raise Refused(str(error)) from None
        engine.watchers.append(self._notice)
        try:
            service = Service(engine, machines, activities, self._settings, self._clock)
            id = await self._start(service, machines, name, definition, input)
            return await self._follow(engine, id, report)
        finally:
            await engine.close()
            if lock is not None:
                lock.release()

    def _own_directory(self) -> DirectoryLock | None:
        if not self._durable:
            return None
        try:
            private_directory(Path(self._settings.data))
            lock = DirectoryLock(self._settings.data, INTERPRETER)
            lock.acquire(0)
        except (DirectoryInUse, StoreError, OSError) as error:
            raise Refused(str(error)) from None
        return lock

    async def _start(self, service: Service, machines: Machines, name: str, definition: str, input: str) -> str:
        try:
            known = machines.by_name.get(name)
            if known is None:
                made = await service.state_machines.create(name=name, definition=definition, role_arn=ROLE)
                arn = made["stateMachineArn"]
            else:
                arn = known.arn
                await service.state_machines.update(state_machine_arn=arn, definition=definition)
            started = await service.executions.start(state_machine_arn=arn, input=input)
        except ServiceError as error:
            raise Refused(f"{error.code}: {error.message}") from None
        except (NotDurable, Unavailable) as error:
            raise Refused(f"the store cannot be written: {error}") from None
        execution = parse_arn(started["executionArn"], "execution")
        return keys.execution_id(execution.name, execution.qualifier)

    def _notice(self, _ids: Iterable[str]) -> None:
        self._changed.set()

    def _lose(self, error: Exception) -> None:
        self._lost = error
        self._changed.set()

    async def _follow(self, engine: Engine, id: str, report: Reporter) -> Outcome:
        """Report what happens until the execution has ended."""
        reported = 0
        while True:
            execution = read_execution(engine.store, id)
            assert execution is not None
            for event in read_history(engine.store, id, reported + 1, execution.events):
                report(aws_event(event))
            reported = execution.events
            if execution.status != "RUNNING":
                output = None if execution.output is None else execution.output.text
                return Outcome(execution.status, output, execution.error, execution.cause)
            await self._wait(engine)

    async def _wait(self, engine: Engine) -> None:
        """Wait for a change; where waits are skipped, bring the next timer about as soon as nothing else goes on.

        Raises Refused when nothing can change any more.
        """
        while not self._changed.is_set():
            due = engine.resting_until
            if due == math.inf:
                raise Refused("the execution waits for an answer that nobody can give here; use `statemachine serve`")
            if due is not None and self._skip_waits:
                self._clock.skip_to(due)
                engine.wake()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), 0.01 if self._skip_waits else 1.0)
        self._changed.clear()
        if self._lost is not None:
            raise Refused(f"the store cannot be trusted any more: {self._lost}")
