"""Virtual time: what is to happen, in the order of its moments, and the loop that one life of the engine sees of it.

Knows nothing of executions. Nothing here sleeps, starts a thread or reads a clock, so a run is the same every time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Coroutine, Generator
from typing import Any

LAG_SECONDS = 0.0005
"""How long the loop takes to hear that a commit has landed."""


class Action:
    """Something that will be done; it can be taken back."""

    __slots__ = ("_arguments", "_callback", "loop", "wanted")

    def __init__(self, loop: Loop | None, callback: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        self.loop = loop
        self.wanted = True
        self._callback = callback
        self._arguments = arguments

    def cancel(self) -> None:
        """It will not be done."""
        self.wanted = False

    def do(self) -> None:
        """Do it now."""
        self._callback(*self._arguments)


class Agenda:
    """All that will happen: in the world outside (`planned` counts that), and inside the process that runs now."""

    def __init__(self) -> None:
        self.now = 0.0
        self.planned = 0
        self._entries: list[tuple[float, int, Action]] = []
        self._made = 0

    def plan(self, delay: float, callback: Callable[[], object], loop: Loop | None = None, *arguments: Any) -> Action:
        """Do it `delay` seconds from now; for a loop, only if its process still lives then."""
        action = Action(loop, callback, arguments)
        self._made += 1
        self.planned += loop is None
        heapq.heappush(self._entries, (self.now + delay, self._made, action))
        return action

    def go_on(self) -> None:
        """Do the next thing. Whatever it raises comes out here."""
        moment, _, action = heapq.heappop(self._entries)
        if action.loop is None:
            self.planned -= 1
        elif not (action.wanted and action.loop.alive):
            return
        self.now = moment
        action.do()


class Promise:
    """The future of this loop: a result or an error that will be there once."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._result: Any = None
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[Promise], object]] = []
        self._done = False

    def done(self) -> bool:
        return self._done

    def set_result(self, result: Any) -> None:
        self._result = result
        self._settle()

    def set_exception(self, error: BaseException) -> None:
        self._error = error
        self._settle()

    def exception(self) -> BaseException | None:
        return self._error

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._result

    def add_done_callback(self, callback: Callable[[Promise], object]) -> None:
        self._callbacks.append(callback)

    def __await__(self) -> Generator[Promise, None, Any]:
        if not self._done:
            yield self
        return self.result()

    def _settle(self) -> None:
        self._done = True
        for callback in self._callbacks:
            self._loop.call_soon(callback, self)


class Loop:
    """What the engine takes for its event loop. `commit_seconds` says how long the next commit takes."""

    def __init__(self, agenda: Agenda, commit_seconds: Callable[[], float]) -> None:
        self.alive = True
        self._agenda = agenda
        self._commit_seconds = commit_seconds

    def time(self) -> float:
        return self._agenda.now

    def call_soon(self, callback: Callable[..., object], *arguments: Any) -> Action:
        return self._agenda.plan(0.0, callback, self, *arguments)

    def call_later(self, delay: float, callback: Callable[..., object], *arguments: Any) -> Action:
        return self._agenda.plan(delay, callback, self, *arguments)

    def create_future(self) -> Promise:
        return Promise(self)

    def run_in_executor(self, _executor: object, function: Callable[..., object], *arguments: Any) -> Promise:
        """Call the function a while from now; its result is heard of a little later still."""
        promise = Promise(self)

        def run() -> None:
            try:
                result = function(*arguments)
            except Exception as error:
                self.call_later(LAG_SECONDS, promise.set_exception, error)
            else:
                self.call_later(LAG_SECONDS, promise.set_result, result)

        self.call_later(self._commit_seconds(), run)
        return promise

    def run(
        self,
        coroutine: Coroutine[Promise, None, Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Run a coroutine of the engine, resuming it whenever the promise that it awaits is kept."""
        try:
            awaited = coroutine.send(None)
        except StopIteration as stop:
            done(stop.value)
        except Exception as error:
            failed(error)
        else:
            awaited.add_done_callback(lambda _: self.run(coroutine, done, failed))
