"""An engine of its own for one execution: in memory or on a store, under the real clock or one that jumps."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from statemachine.arn import parse_arn
from statemachine.composition import Parts, compose
from statemachine.config import Settings
from statemachine.core.ids import execution_id, machine_of
from statemachine.engine.loop import Engine
from statemachine.errors import ServiceError
from statemachine.evaluators.pool import EvaluatorPool
from statemachine.host import NotDurable, Unavailable
from statemachine.reads.headers import read_header_with_payloads
from statemachine.reads.history import read_history
from statemachine.reads.timed_waits import TimedWait, read_timed_waits
from statemachine.replay.events import RecordedEvent, from_compact
from statemachine.service.actions import (
    CREATE_STATE_MACHINE,
    START_EXECUTION,
    UPDATE_STATE_MACHINE,
)
from statemachine.store.directory import private_directory
from statemachine.store.interface import Store, StoreError
from statemachine.store.locks import INTERPRETER, DirectoryInUse, DirectoryLock
from statemachine.store.memory import MemoryStore
from statemachine.store.sqlite import SqliteStore
from statemachine.tasks.functions.loading import FunctionsError
from statemachine.tasks.installed import TaskKindError, installed_kinds


class RunRefused(Exception):
    """The execution cannot even begin; the text says why."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How the execution `machine`/`name` ended after some `seconds`; `output` is JSON text."""

    machine: str
    name: str
    status: str
    seconds: float
    output: str | None
    error: str | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class Followers:
    """What is called while the execution runs: `report` with each event, `show_waits`, if given, with the waits."""

    report: Callable[[RecordedEvent], None]
    show_waits: Callable[[list[TimedWait]], None] | None = None


class SkippingClock:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def skip_to(self, timestamp: float) -> None:
        """Let it be at least that time, in epoch seconds."""
        self._ahead += max(timestamp - self(), 0.0)


class LocalRun:
    """Runs one definition to its end."""

    def __init__(self, settings: Settings, *, durable: bool, skip_waits: bool) -> None:
        self._settings = settings
        self._durable = durable
        self._skip_waits = skip_waits
        self._clock = SkippingClock()
        self._changed = asyncio.Event()
        self._lost: Exception | None = None

    async def run(self, name: str, definition: str, input: str, followers: Followers) -> RunResult:
        """Register the definition, execute it and report its history. Raises RunRefused."""
        lock = self._own_directory()
        try:
            store: Store = SqliteStore(self._settings.store_path) if self._durable else MemoryStore()
            kinds = await installed_kinds(self._settings)
            parts = compose(
                self._settings, store, kinds, clock=self._clock, evaluators=EvaluatorPool(), fatal=self._lose
            )
            await parts.open()
        except (StoreError, FunctionsError, TaskKindError) as error:
            raise RunRefused(str(error)) from None
        parts.engine.watchers.append(self._notice)
        try:
            id = await self._start(parts, name, definition, input)
            return await self._follow(parts.engine, id, followers)
        finally:
            await parts.engine.close()
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
            raise RunRefused(str(error)) from None
        return lock

    async def _start(self, parts: Parts, name: str, definition: str, input: str) -> str:
        """Register the definition and start an execution; its id. Raises RunRefused."""
        actions, home = parts.actions, parts.service.home
        arn = home.state_machine(name)
        try:
            if parts.machines.get(name) is None:
                await actions.call(CREATE_STATE_MACHINE, name=name, definition=definition, roleArn=home.role)
            else:
                await actions.call(UPDATE_STATE_MACHINE, stateMachineArn=arn, definition=definition, byValue=True)
            started = await actions.call(START_EXECUTION, stateMachineArn=arn, input=input)
        except ServiceError as error:
            raise RunRefused(f"{error.code}: {error.message}") from None
        except (NotDurable, Unavailable) as error:
            raise RunRefused(f"the store cannot be written: {error}") from None
        execution = parse_arn(started.execution_arn, "execution")
        return execution_id(execution.name, execution.qualifier)

    def _notice(self, _ids: Iterable[str]) -> None:
        self._changed.set()

    def _lose(self, error: Exception) -> None:
        self._lost = error
        self._changed.set()

    async def _follow(self, engine: Engine, id: str, followers: Followers) -> RunResult:
        """Report what happens until the execution has ended."""
        reported = 0
        while True:
            found = await engine.read(read_header_with_payloads, id)
            assert found is not None
            execution = found.header
            for event in await engine.read(read_history, id, reported + 1, execution.events):
                followers.report(from_compact(event))
            reported = execution.events
            if execution.stopped is not None:
                return RunResult(
                    machine_of(id),
                    execution.name,
                    execution.status,
                    execution.stopped - execution.started,
                    found.output,
                    execution.error,
                    execution.cause,
                )
            if followers.show_waits is not None:
                followers.show_waits(await engine.read(read_timed_waits, id))
            await self._wait(engine)

    async def _wait(self, engine: Engine) -> None:
        """Wait for a change. If waits are skipped, set the clock to the next timer as soon as nothing else runs.

        Raises RunRefused if nothing can change any more.
        """
        while not self._changed.is_set():
            due = engine.next_timer_if_idle
            if due == math.inf:
                raise RunRefused(
                    "the execution waits for a worker or a callback, and `run` has neither; use `statemachine serve`"
                )
            if due is not None and self._skip_waits:
                self._clock.skip_to(due)
                engine.wake()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), 0.01 if self._skip_waits else 1.0)
        self._changed.clear()
        if self._lost is not None:
            raise RunRefused(f"the store cannot be trusted any more: {self._lost}")
