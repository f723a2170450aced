"""Who may run: at most so many executions at once, altogether and of one machine; the others wait for their turn.

The order is fixed when an execution comes in: by the moment from which it may run, minus its priority times the ageing.
So a higher priority is a head start of so many seconds, and nobody waits for ever. It holds nothing that the store does
not know: who runs is RUNNING there, who waits is PENDING. Knows no clock and writes nothing.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution
from statemachine.core.model import Execution
from statemachine.store.base import Store

PAGE = 1_000


@dataclass(frozen=True)
class AdmissionLimits:
    """`running_max` executions run at once (None: as many as come), of each machine at most `machines[name]`; one step
    of priority is worth `ageing_seconds` of waiting."""

    running_max: int | None = None
    machines: Mapping[str, int] = field(default_factory=dict)
    ageing_seconds: float = 60.0


UNLIMITED = AdmissionLimits()

Place = tuple[float, float, str]
"""Where an execution stands in the queue: score, when it was accepted, id."""


class Admission:
    """Counts who runs and keeps who waits. Every method may be called again with what it knows already."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self.forget()

    def forget(self) -> None:
        """Know nobody any more, as before `load`."""
        self._running: set[str] = set()
        self._by_machine: Counter[str] = Counter()
        self._queues: dict[str, list[Place]] = {}
        self._waiting: dict[str, Place] = {}
        self._delayed: set[str] = set()

    @property
    def running(self) -> int:
        """How many executions run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many executions wait for their turn."""
        return len(self._waiting)

    @property
    def delayed(self) -> int:
        """How many executions wait for their moment."""
        return len(self._delayed)

    def load(self, store: Store, now: float) -> Iterator[None]:
        """Read from the store who runs and who waits, a page at a time."""
        self.forget()
        for status in ("RUNNING", "PENDING"):
            after = ""
            while rows := store.scan(keys.by_status_prefix(status), after=after, limit=PAGE):
                for key, _ in rows:
                    self._read(store, status, keys.listed_id(key), now)
                after = rows[-1][0]
                yield

    def may_start(self, id: str) -> bool:
        """Is there room for it? (If so, nobody waits for that room: it would have been given away.)"""
        return id in self._running or self._has_room(keys.machine_of(id))

    def begins(self, id: str) -> None:
        """An execution runs."""
        self._waiting.pop(id, None)
        self._delayed.discard(id)
        if id not in self._running:
            self._running.add(id)
            self._by_machine[keys.machine_of(id)] += 1

    def ends(self, id: str) -> None:
        """An execution has ended, or will never run."""
        self._waiting.pop(id, None)
        self._delayed.discard(id)
        if id in self._running:
            self._running.discard(id)
            self._by_machine[keys.machine_of(id)] -= 1

    def delay(self, id: str) -> None:
        """An execution waits for its moment."""
        self._delayed.add(id)

    def queue(self, execution: Execution) -> None:
        """An execution waits for its turn from now on."""
        self._delayed.discard(execution.id)
        if execution.id in self._waiting or execution.id in self._running:
            return
        since = max(execution.started, execution.start_at or 0.0)
        place = (since - execution.priority * self._limits.ageing_seconds, execution.started, execution.id)
        self._waiting[execution.id] = place
        heapq.heappush(self._queues.setdefault(keys.machine_of(execution.id), []), place)

    def admit(self) -> list[str]:
        """Take those whose turn it is: they count as running from now on."""
        admitted = []
        while self._waiting:
            place = min(filter(None, map(self._first, list(self._queues))), default=None)
            if place is None:
                break
            admitted.append(place[2])
            self.begins(place[2])
        return admitted

    def _first(self, machine: str) -> Place | None:
        """The first of a machine that waits, if there is room for it."""
        queue = self._queues[machine]
        while queue and self._waiting.get(queue[0][2]) != queue[0]:
            heapq.heappop(queue)
        if not queue:
            del self._queues[machine]
            return None
        return queue[0] if self._has_room(machine) else None

    def _has_room(self, machine: str) -> bool:
        limits = self._limits
        if limits.running_max is not None and len(self._running) >= limits.running_max:
            return False
        return self._by_machine[machine] < limits.machines.get(machine, len(self._running) + 1)

    def _read(self, store: Store, status: str, id: str, now: float) -> None:
        if status == "RUNNING":
            self.begins(id)
            return
        execution = read_execution(store, id)
        if execution is None:
            return
        if execution.start_at is None or execution.start_at <= now:
            self.queue(execution)
        else:
            self.delay(id)
