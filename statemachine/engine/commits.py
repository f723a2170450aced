"""Commits the groups of a writer, one after the other, in a thread of their own.

When a group is durable, its callers get their replies, its commands are released, and then the observers get a report.
If a commit fails, its group and the forming one are lost. Until a probe could be written, no other group is committed.
Must not step, and must not know tasks and timers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import structlog

from statemachine.checkpoint import keys
from statemachine.engine.group import Group
from statemachine.engine.releases import Releases
from statemachine.engine.report import report
from statemachine.engine.writer import Writer
from statemachine.host import NotDurable, Observer, Watcher
from statemachine.store.interface import Store, StoreFull

RETRY_SECONDS = 1.0
"""The pause after a failed commit, and between two probes."""

log = structlog.get_logger()


class Commits:
    """`failing` says that a commit has failed and that no probe has succeeded since.

    `on_end` is called when a commit has ended, and when commits are possible again. `fatal` is called if a commit or a
    probe fails with an error other than StoreFull. The process must then end: after a failed sync it does not know what
    is on the disk.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        releases: Releases,
        *,
        watchers: list[Watcher],
        observers: list[Observer],
        clock: Callable[[], float],
        on_end: Callable[[], None],
        fatal: Callable[[Exception], None],
    ) -> None:
        self.failing = False
        self._store = store
        self._writer = writer
        self._releases = releases
        self._watchers = watchers
        self._observers = observers
        self._clock = clock
        self._on_end = on_end
        self._fatal = fatal
        self._thread = ThreadPoolExecutor(1, "committer")
        self._epoch = 0
        self._submitted_at = 0.0
        self._retry: asyncio.TimerHandle | None = None
        self._closed = False

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Become the owner of the store."""
        self.own(loop, await loop.run_in_executor(self._thread, self._store.raise_epoch))

    async def write_first(self, rows: dict[str, bytes | None]) -> None:
        """Write rows before anything is stepped."""
        if rows:
            await self._loop.run_in_executor(self._thread, self._store.commit, rows, {}, self._epoch)

    def own(self, loop: asyncio.AbstractEventLoop, epoch: int) -> None:
        """Commit under an epoch that `raise_epoch` gave."""
        self._loop = loop
        self._epoch = epoch

    def close(self) -> None:
        """Wait for the commit that is under way. Call this when nothing else is to be committed."""
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
        self._thread.shutdown()

    def commit(self, group: Group) -> None:
        """Write the writer's group in flight. If it has replies only, there is nothing to write."""
        rows = group.rows
        if not rows.changed and not rows.fresh:
            self._loop.call_soon(self._finish)
            return
        self._submitted_at = perf_counter()
        written = self._loop.run_in_executor(self._thread, self._store.commit, rows.changed, rows.fresh, self._epoch)
        written.add_done_callback(self._on_commit_done)

    def _on_commit_done(self, written: asyncio.Future[None]) -> None:
        seconds = perf_counter() - self._submitted_at
        error = written.exception()
        if error is not None:
            assert isinstance(error, Exception)
            self._roll_back(error)
            return
        group = self._finish()
        if self._observers:
            rows = group.rows
            commit = report(group.steps, len(rows.changed) + len(rows.fresh), seconds, rows.status_changes)
            for observer in self._observers:
                observer.committed(commit)

    def _finish(self) -> Group:
        """Reply, release the commands and tell the watchers, because the group in flight is durable."""
        group = self._writer.finish_commit()
        self._releases.release_group(group)
        if group.touched:
            for watcher in self._watchers:
                watcher(group.touched)
        self._on_end()
        return group

    def _roll_back(self, error: Exception) -> None:
        log.error("commit failed", error=f"{type(error).__name__}: {error}")
        self.failing = True
        self._try_later(error)
        for id, command in self._writer.discard_groups(NotDurable(str(error)), self._clock()):
            self._releases.release(id, command)
        self._on_end()
        for observer in self._observers:
            observer.rolled_back(error)

    def _try_later(self, error: Exception) -> None:
        """Write a probe after a pause."""
        if not isinstance(error, StoreFull):
            self._fatal(error)
        if not self._closed:
            self._retry = self._loop.call_later(RETRY_SECONDS, self._write_probe)

    def _write_probe(self) -> None:
        rows = {keys.PROBE: b"null"}
        probe = self._loop.run_in_executor(self._thread, self._store.commit, rows, {}, self._epoch)
        probe.add_done_callback(self._on_probe_done)

    def _on_probe_done(self, probe: asyncio.Future[None]) -> None:
        error = probe.exception()
        if error is not None:
            assert isinstance(error, Exception)
            self._try_later(error)
            return
        log.info("commits again")
        self.failing = False
        self._on_end()
