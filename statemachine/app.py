"""The one place where the parts are joined: store, registries, engine, service and doors, in one event loop.

An `App` is an ASGI application that answers before it is ready (health, and 503 for all else), so that a start never
hangs silently. Knows no process manager.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import falcon.asgi
import structlog

from statemachine.api import connection, problems
from statemachine.api.aws import AwsDoor
from statemachine.api.health import Live, Ready
from statemachine.api.hosts import LoopbackOnly, is_loopback
from statemachine.api.rest import JOB_ROUTES, PREFIX, ROUTES
from statemachine.arn import Home
from statemachine.config import Settings
from statemachine.engine.admission import Limits
from statemachine.engine.chronicle import Chronicle
from statemachine.engine.loop import Engine
from statemachine.evaluators.pool import EvaluatorPool
from statemachine.host import Observer
from statemachine.json_text import dump
from statemachine.metrics.metrics import Metrics
from statemachine.registry.activities import Activities
from statemachine.registry.machines import Machines
from statemachine.service.definitions_folder import DefinitionsFolder
from statemachine.service.service import Service
from statemachine.store.base import StoreError
from statemachine.store.locks import INTERPRETER, DirectoryLock
from statemachine.store.sqlite import SqliteStore
from statemachine.store.write_connection import has_wal_reset_bug
from statemachine.tasks.functions.loading import FunctionsError
from statemachine.tasks.registry import TaskKindError, build_kinds

EXIT_CANNOT_OWN = 3
"""Exit status of a process that cannot own its data directory or read its store; a process manager must not retry."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
log = structlog.get_logger()


class App:
    """The server as an ASGI application. `start` at the beginning, `drain` and `close` at the end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._engine: Engine | None = None
        self._doors: Any = None
        self._lock = DirectoryLock(settings.data, INTERPRETER)
        self._health = falcon.asgi.App()
        self._health.add_route("/health", Ready(self.missing))
        self._health.add_route("/health/live", Live())
        self._health.add_route("/health/ready", Ready(self.missing))
        self._opening: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/health" or scope["path"].startswith("/health/"):
            await self._health(scope, receive, send)
        elif self._doors is None:
            await _answer_not_ready(send)
        else:
            connection.watch(scope, receive)
            await self._doors(scope, receive, send)

    def start(self) -> None:
        """Begin to own the data directory, open the store and recover, in the background."""
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def drain(self) -> None:
        """Take no new work and let go of everyone who waits."""
        if self._engine is not None:
            await self._engine.drain()

    async def close(self) -> None:
        """Release everything. Nothing depends on it: a kill is as safe."""
        for task in (self._opening, self._watching):
            if task is not None:
                task.cancel()
        if self._engine is not None:
            await self._engine.close()
        self._lock.release()

    def missing(self) -> list[str]:
        """What keeps the server from taking work."""
        engine = self._engine
        if engine is None:
            return ["the store is not open yet"]
        found = []
        if engine.draining:
            found.append("the server is shutting down")
        elif not engine.ready:
            found.append("the last commit failed, or recovery is not done")
        try:
            if shutil.disk_usage(self.settings.data).free < self.settings.disk_bytes_min:
                found.append(f"less than {self.settings.disk_bytes_min} bytes are free on the disk")
        except OSError as error:
            found.append(f"the data directory cannot be looked at: {error}")
        return found

    async def _open(self) -> None:
        try:
            await self._join()
        except (StoreError, FunctionsError, TaskKindError, OSError) as error:
            _end_process(error)
        except Exception as defect:
            log.critical("defect at start", exc_info=defect)
            _end_process(defect)

    async def _join(self) -> None:
        settings = self.settings
        await asyncio.to_thread(self._lock.acquire)
        store = await asyncio.to_thread(SqliteStore, settings.store_path)
        machines, activities = Machines(store), Activities(store)
        machines.load()
        activities.load()
        kinds = await build_kinds(settings)
        limits = Limits(settings.running_max, settings.running_max_by_machine, settings.ageing_seconds)
        metrics = Metrics() if settings.metrics else None
        observers: list[Observer] = [Chronicle(), *([metrics.counts] if metrics else [])]
        engine = Engine(
            store,
            machines,
            activities,
            kinds,
            evaluators=EvaluatorPool(),
            limits=limits,
            observers=observers,
            fatal=_end_process,
        )
        service = Service(engine, machines, activities, settings, time.time)
        await asyncio.to_thread(service.system.census.load)
        await engine.open()
        await self._follow_definitions(service)
        doors = build_doors(service, settings)
        if metrics is not None:
            metrics.read(lambda: engine.lengths)
            doors.add_route("/metrics", metrics)
        self._doors = doors
        self._engine = engine
        service.state_machines.go_on_deleting()
        if has_wal_reset_bug():
            # One writing connection is all that this process has; the warning is for those who would add another.
            log.warning("do not open the store with another writing connection", sqlite=sqlite3.sqlite_version)
        log.info("ready", host=settings.host, port=settings.port, data=settings.data)

    async def _follow_definitions(self, service: Service) -> None:
        """Register what the directory of definitions holds, and from now on what changes there."""
        if self.settings.definitions is None:
            return
        home = Home(self.settings.account, self.settings.region)
        folder = DefinitionsFolder(Path(self.settings.definitions), service.state_machines, home)
        await folder.refresh()
        self._watching = asyncio.get_running_loop().create_task(folder.watch())


def build_doors(service: Service, settings: Settings) -> falcon.asgi.App[Any, Any]:
    """Both doors on one port."""
    middleware = [LoopbackOnly()] if is_loopback(settings.host) else []
    doors = falcon.asgi.App(middleware=middleware)
    problems.install(doors)
    doors.add_route("/", AwsDoor(service, settings))
    for route, resource in ROUTES.items():
        doors.add_route(PREFIX + route, resource(service, settings))
    for route, resource in JOB_ROUTES.items():
        doors.add_route(route, resource(service, settings))
    return doors


async def _answer_not_ready(send: Send) -> None:
    """In the words of both doors at once: nobody has looked yet which one was meant."""
    code, text = "ServiceUnavailable", "The server is starting; try again."
    body = dump({"__type": code, "message": text, "title": code, "status": 503, "detail": text})
    headers = [(b"content-type", problems.CONTENT_TYPE.encode()), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


def _end_process(error: Exception) -> None:
    """Say why and go at once: what cannot be trusted must not be cleaned up after."""
    log.critical("cannot go on", error=f"{type(error).__name__}: {error}")
    os._exit(EXIT_CANNOT_OWN)
