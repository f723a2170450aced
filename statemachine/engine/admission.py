"""Limits on how many executions run at once, in all and of one state machine, and the queue of those that wait.

An execution's place in the queue is fixed when it comes in: its score is the time from which it may run, minus its
priority times the ageing. So a higher priority is a head start of some seconds, and no execution waits for ever. The
store holds all of this: an execution that runs is RUNNING there, one that waits is PENDING. Knows no clock and writes
nothing.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

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

Place = tuple[float, float, str]
"""The place of an execution in the queue: its score, the time at which it was accepted, its id. The least is first."""


class Admission:
    """Counts the executions that run and queues those that wait. Calling a method twice for the same execution does no
    harm."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self.forget()

    def forget(self) -> None:
        """Forget all executions, as before `load`."""
        self._running: set[str] = set()
        self._by_machine: Counter[str] = Counter()
        self._queues: dict[str, list[Place]] = {}
        self._waiting: dict[str, Place] = {}
        self._delayed: set[str] = set()

    @property
    def running(self) -> int:
        """The number of executions that run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """The number of executions that wait for their turn."""
        return len(self._waiting)

    @property
    def delayed(self) -> int:
        """The number of executions whose start is delayed."""
        return len(self._delayed)

    def load(self, store: Store, now: float) -> Iterator[None]:
        """Read from the store which executions run and which wait, a page at a time."""
        self.forget()
        for status in ("RUNNING", "PENDING"):
            for rows in scan_pages(store, keys.by_status_prefix(status)):
                for key, _ in rows:
                    self._read(store, status, keys.listed_id(key), now)
                yield

    def may_start(self, id: str) -> bool:
        """Is there room for the execution? If there is, no other execution waits for it: `admit` would have admitted
        that."""
        return id in self._running or self._has_room(machine_of(id))

    def begins(self, id: str) -> None:
        """Count an execution that runs now."""
        self._waiting.pop(id, None)
        self._delayed.discard(id)
        if id not in self._running:
            self._running.add(id)
            self._by_machine[machine_of(id)] += 1

    def ends(self, id: str) -> None:
        """Forget an execution that has ended or will never run."""
        self._waiting.pop(id, None)
        self._delayed.discard(id)
        if id in self._running:
            self._running.discard(id)
            self._by_machine[machine_of(id)] -= 1

    def delay(self, id: str) -> None:
        """Note an execution whose start is delayed."""
        self._delayed.add(id)

    def queue(self, execution: Execution) -> None:
        """Put an execution into the queue."""
        self._delayed.discard(execution.id)
        if execution.id in self._waiting or execution.id in self._running:
            return
        since = max(execution.started, execution.start_at or 0.0)
        place = (since - execution.priority * self._limits.ageing_seconds, execution.started, execution.id)
        self._waiting[execution.id] = place
        heapq.heappush(self._queues.setdefault(machine_of(execution.id), []), place)

    def admit(self) -> list[str]:
        """Remove the executions whose turn it is from the queue. They count as running from now on."""
        admitted = []
        while self._waiting:
            place = min(filter(None, map(self._first, list(self._queues))), default=None)
            if place is None:
                break
            admitted.append(place[2])
            self.begins(place[2])
        return admitted

    def _first(self, machine: str) -> Place | None:
        """The first place in the queue of a state machine, None if it is empty or there is no room."""
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
