"""The server as an ASGI application: it owns its data directory, opens the parts and serves both APIs.

It answers before it is ready (health, and 503 for all else), so a start never hangs silently. Must not know a process
manager.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import falcon.asgi
import structlog

from statemachine.api import connection, error_handlers
from statemachine.api.application import add_resource, build_api
from statemachine.api.health import Live, Ready
from statemachine.api.refusals import NOT_READY, is_for_aws, refusal
from statemachine.background.definitions_folder import DefinitionsFolder
from statemachine.composition import Parts, compose
from statemachine.config import Settings
from statemachine.engine.clock import monotonic_seconds
from statemachine.engine.execution_log import ExecutionLog
from statemachine.engine.step_mark import StepMark
from statemachine.evaluators.pool import EvaluatorPool
from statemachine.logs import flush_logs
from statemachine.metrics.metrics import Metrics
from statemachine.store.interface import StoreError
from statemachine.store.locks import INTERPRETER, DirectoryInUse, DirectoryLock
from statemachine.store.sqlite import SqliteStore
from statemachine.store.write_connection import has_wal_reset_bug
from statemachine.tasks.functions.loading import FunctionsError
from statemachine.tasks.installed import TaskKindError, installed_kinds

EXIT_CANNOT_OWN = 3
"""Exit status of a process that cannot own its data directory or read its store; a process manager must not retry."""
FILES_SECONDS = 1.0
"""How often the server looks whether its files are still there. Each commit looks, too."""

STEP_MARK = "step.mark"
"""The file in the data directory that says which execution is being stepped."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
log = structlog.get_logger()


class App:
    """The server as an ASGI application. `start` at the beginning, `drain` and `close` at the end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._parts: Parts | None = None
        self._api: Any = None
        self._lock = DirectoryLock(settings.data, INTERPRETER)
        self._health = falcon.asgi.App()
        error_handlers.install(self._health)
        for route in ("/health", "/health/ready"):
            add_resource(self._health, route, Ready(self.reasons))
        add_resource(self._health, "/health/live", Live())
        self._told: list[str] = []
        self._opening: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._checking: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/health" or scope["path"].startswith("/health/"):
            await self._health(scope, receive, send)
        elif self._api is None:
            await _answer_not_ready(scope, send)
        else:
            connection.enable_disconnect_check(scope, receive)
            await self._api(scope, receive, send)

    def start(self) -> None:
        """Begin to own the data directory, open the store and recover, in the background."""
        self._opening = asyncio.get_running_loop().create_task(self._open())

    async def drain(self) -> None:
        """Take no new work, and answer every long poll."""
        log.info("stopping")
        if self._parts is not None:
            await self._parts.engine.drain()

    async def close(self) -> None:
        """Release everything. Nothing depends on it: a kill is as safe."""
        tasks = [task for task in (self._opening, self._watching, self._checking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        opened = 0
        if self._parts is not None:
            await self._parts.engine.close()
            opened = self._parts.engine.open_executions
        self._lock.release()
        if opened:
            log.info("stopped: the open executions continue at the next start", executions=opened)
        else:
            log.info("stopped")

    def reasons(self) -> list[str]:
        """The reasons for which no traffic should be sent here. Logs a warning when there are new ones.

        Little free disk is one of them, though the server takes work as long as it can write.
        """
        if self._parts is None or self._api is None:
            return ["the store is not open yet"]
        engine = self._parts.engine
        if engine.draining:
            return ["the server is shutting down"]
        found = [] if engine.ready else ["the last commit failed, or recovery is not done"]
        least = self.settings.disk_bytes_min
        try:
            if shutil.disk_usage(self.settings.data).free < least:
                found.append(f"less than {least} bytes are free on the disk (disk_bytes_min); work is still taken")
        except OSError as error:
            found.append(f"the data directory cannot be read: {error}")
        if found and found != self._told:
            log.warning("not ready", reasons=found)
        self._told = found
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
        await asyncio.to_thread(self._lock.acquire, None, say_who_holds)
        store = await asyncio.to_thread(SqliteStore, settings.store_path)
        self._checking = asyncio.get_running_loop().create_task(self._check_files(store))
        metrics = Metrics() if settings.metrics else None
        self._parts = parts = compose(
            settings,
            store,
            await installed_kinds(settings),
            evaluators=EvaluatorPool(),
            observers=[ExecutionLog(), *([metrics.counts] if metrics else [])],
            fatal=_end_process,
            monotonic=monotonic_seconds,
            mark=_step_mark(Path(settings.data) / STEP_MARK),
        )
        await parts.open()
        await self._follow_definitions(parts)
        api = build_api(parts.actions, settings)
        if metrics is not None:
            metrics.read(lambda: parts.engine.lengths)
            add_resource(api, "/metrics", metrics)
        self._api = api
        if has_wal_reset_bug():
            # This process has one writing connection; the warning is for an operator who would add another.
            log.debug(
                "two connections that write can damage the store: do not open it with another program",
                sqlite=sqlite3.sqlite_version,
                repaired_in="3.51.3",
            )
        log.info("ready", host=settings.host, port=settings.port, data=settings.data)

    async def _check_files(self, store: SqliteStore) -> None:
        """End the process when its files are no longer where it has opened them, also if nothing is committed."""
        while True:
            await asyncio.sleep(FILES_SECONDS)
            try:
                store.check_files()
                self._lock.check()
            except StoreError as error:
                _end_process(error)
                return

    async def _follow_definitions(self, parts: Parts) -> None:
        """Register the files of the directory of definitions, now and whenever one changes."""
        if self.settings.definitions is None:
            return
        folder = DefinitionsFolder(Path(self.settings.definitions), parts.actions, parts.service.home)
        await folder.refresh()
        self._watching = asyncio.get_running_loop().create_task(folder.watch())


async def _answer_not_ready(scope: dict[str, Any], send: Send) -> None:
    """The APIs are not there yet; the answer has the form of the one that was meant."""
    refused = refusal(NOT_READY, for_aws=is_for_aws(scope["method"], scope["path"]))
    headers = [(b"content-type", refused.content_type.encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in refused.headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else refused.body.encode()
    await send({"type": "http.response.body", "body": body})


def _step_mark(file: Path) -> StepMark:
    """The mark in its file. On a full disk it does not survive a crash; all else works as before."""
    try:
        return StepMark(file)
    except OSError as error:
        log.warning("steps are not marked", file=str(file), error=error.strerror)
        return StepMark()


def say_who_holds(error: DirectoryInUse) -> None:
    """Log which process has the data directory that this one waits for."""
    log.warning("waiting for the data directory", directory=str(error.path.parent), held_by=error.holder)


def _end_process(error: Exception) -> None:
    """Log the reason and end the process at once: an orderly close would write to a store that cannot be trusted."""
    reason, _, frames = str(error).partition("\n")
    log.critical("cannot go on", error=f"{type(error).__name__}: {reason}", **({"exception": frames} if frames else {}))
    flush_logs()
    os._exit(EXIT_CANNOT_OWN)
