"""Limits on how many executions run at once, in all and of each state machine, and the queue of the others.

The sort key of an execution in the queue is (time queued - priority * ageing_seconds). It never changes, so a higher
priority is a head start of some seconds, and no execution waits for ever. The store has all of this: an execution that
runs is RUNNING there, a queued or delayed one is PENDING. Must not know a clock, and must not write.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution
from statemachine.core.ids import machine_of
from statemachine.core.model import Execution
from statemachine.store.interface import Store
from statemachine.store.pages import scan_pages


@dataclass(frozen=True)
class AdmissionLimits:
    """How many executions may run at once.

    At most `running_max` run in all (None: no limit), at most `machines[name]` of the state machine with that name. One
    step of priority is worth `ageing_seconds` of waiting.
    """

    running_max: int | None = None
    machines: Mapping[str, int] = field(default_factory=dict)
    ageing_seconds: float = 60.0


UNLIMITED = AdmissionLimits()


class Place(NamedTuple):
    """The place of an execution in the queue; the least is first. `accepted` is the time of its start request."""

    score: float
    accepted: float
    id: str


class Admission:
    """Counts the executions that run and queues the others. Calling a method twice for the same execution does no
    harm."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._running: set[str] = set()
        self._running_by_machine: Counter[str] = Counter()
        self._queues: dict[str, list[Place]] = {}
        self._queued: dict[str, Place] = {}
        self._delayed: set[str] = set()

    def forget(self) -> None:
        """Forget all executions, as before `load_pages`."""
        self._running.clear()
        self._running_by_machine.clear()
        self._queues.clear()
        self._queued.clear()
        self._delayed.clear()

    @property
    def running(self) -> int:
        """The number of executions that run."""
        return len(self._running)

    @property
    def queued(self) -> int:
        """The number of executions that are queued."""
        return len(self._queued)

    def place_of(self, id: str) -> int | None:
        """The place of an execution in the queue of all, 1 for the first; None if it is not queued. Looks at all."""
        place = self._queued.get(id)
        return None if place is None else 1 + sum(other < place for other in self._queued.values())

    @property
    def delayed(self) -> int:
        """The number of executions whose start is delayed."""
        return len(self._delayed)

    def load_pages(self, store: Store, now: float) -> Iterator[None]:
        """Read from the store which executions run, are queued or are delayed. Each `next` reads a page."""
        self.forget()
        for status in ("RUNNING", "PENDING"):
            for rows in scan_pages(store, keys.by_status_prefix(status)):
                for key, _ in rows:
                    self._load(store, status, keys.listed_id(key), now)
                yield

    def may_start(self, id: str) -> bool:
        """May the execution start now? (If there is room, the queue of its state machine is empty, because `admit` was
        called.)"""
        return id in self._running or self._has_room(machine_of(id))

    def mark_running(self, id: str) -> None:
        """Count an execution that runs now."""
        self._queued.pop(id, None)
        self._delayed.discard(id)
        if id not in self._running:
            self._running.add(id)
            self._running_by_machine[machine_of(id)] += 1

    def mark_ended(self, id: str) -> None:
        """Forget an execution that has ended or will never run."""
        self._queued.pop(id, None)
        self._delayed.discard(id)
        if id in self._running:
            self._running.discard(id)
            self._running_by_machine[machine_of(id)] -= 1

    def mark_delayed(self, id: str) -> None:
        """Count an execution whose start is delayed."""
        self._delayed.add(id)

    def enqueue(self, execution: Execution) -> None:
        """Put an execution into the queue."""
        self._delayed.discard(execution.id)
        if execution.id in self._queued or execution.id in self._running:
            return
        since = max(execution.started, execution.start_at or 0.0)
        score = since - execution.priority * self._limits.ageing_seconds
        place = Place(score, execution.started, execution.id)
        self._queued[execution.id] = place
        heapq.heappush(self._queues.setdefault(machine_of(execution.id), []), place)

    def admit(self) -> list[str]:
        """Take all executions out of the queue that there is room for. They count as running from now on."""
        admitted = []
        while self._queued:
            place = self._next_place()
            if place is None:
                break
            admitted.append(place.id)
            self.mark_running(place.id)
        return admitted

    def _next_place(self) -> Place | None:
        """The first place in the queues of all state machines that have room. None without such a place."""
        self._drop_old_places()
        first = None
        for machine, queue in self._queues.items():
            if (first is None or queue[0] < first) and self._has_room(machine):
                first = queue[0]
        return first

    def _drop_old_places(self) -> None:
        """Drop places at the head of a queue whose executions are no longer queued, and queues without a place."""
        for machine, queue in list(self._queues.items()):
            while queue and self._queued.get(queue[0].id) != queue[0]:
                heapq.heappop(queue)
            if not queue:
                del self._queues[machine]

    def _has_room(self, machine: str) -> bool:
        limits = self._limits
        if limits.running_max is not None and len(self._running) >= limits.running_max:
            return False
        running_max = limits.machines.get(machine)
        return running_max is None or self._running_by_machine[machine] < running_max

    def _load(self, store: Store, status: str, id: str, now: float) -> None:
        if status == "RUNNING":
            self.mark_running(id)
            return
        execution = read_execution(store, id)
        if execution is None:
            return
        if execution.start_at is None or execution.start_at <= now:
            self.enqueue(execution)
        else:
            self.mark_delayed(id)
