"""Every key of the store, in one place. Must not know what the rows hold.

    e/EXECUTION/head              the header
    e/EXECUTION/scopePATH         one scope ("" is the root, "/00002" a branch or iteration)
    e/EXECUTION/hist/FIRST        a chunk of history events, by the id of its first one
    e/EXECUTION/data/NUMBER       a payload that is too large for the row that uses it
    e/EXECUTION/tallies           the numbers of its states
    e/EXECUTION/logs/EVENTPATH    what a task has printed, by the event and the scope of its end
    l/MACHINE/AGE/EXECUTION       executions of a state machine, newest first
    s/STATUS/MACHINE/AGE/EXECUTION    the same by status
    c/TYPE/…                      commands whose result has not come yet: timer, task, activity, turn, callback
    x/EXECUTION                   how many processes in a row ended while they stepped it
    m/name/MACHINE                state machines
    m/rev/MACHINE/REVISION        their revisions
    m/hist/MACHINE/NUMBER         the ids of a state machine's revisions, in order
    a/NAME                        activities
    v/probe                       written to see whether writing works

EXECUTION is "machine:name". PATH is empty or begins with a slash; among the timers "/!" stands for the deadline of the
whole execution, "/+" for its delayed start. No name contains a slash or a colon (AWS's rule), so that the parts of a
key are never confused. Numbers have a fixed width, so that keys sort as the numbers do.
"""

from __future__ import annotations

LISTED = "l/"
DEADLINE, DELAYED_START = "!", "+"
"""Stand for a scope's path in the timers of the whole execution."""
_END_OF_TIME = 10**15 - 1


def head(id: str) -> str:
    return f"e/{id}/head"


def scope(id: str, path: str) -> str:
    return f"e/{id}/scope{path}"


def history(id: str, first: int = 0) -> str:
    """The key of a chunk, by the id of its first event. With 0 it sorts before all chunks."""
    return f"e/{id}/hist/{first:08d}"


def history_prefix(id: str) -> str:
    return f"e/{id}/hist/"


def data(id: str, number: int) -> str:
    return f"e/{id}/data/{number:08d}"


def tallies(id: str) -> str:
    return f"e/{id}/tallies"


def log(id: str, event: int, path: str) -> str:
    """The key of what a task has printed. `event` is the id of the first history event of its end."""
    return f"{logs_prefix(id)}{event:08d}{path}"


def logs_prefix(id: str) -> str:
    return f"e/{id}/logs/"


def listed(machine: str, started: float, id: str) -> str:
    return f"{listed_prefix(machine)}{_age(started)}/{id}"


def listed_prefix(machine: str) -> str:
    return f"{LISTED}{machine}/"


def by_status(status: str, machine: str, started: float, id: str) -> str:
    return f"{by_status_prefix(status, machine)}{_age(started)}/{id}"


def by_status_prefix(status: str, machine: str | None = None) -> str:
    return f"s/{status}/" if machine is None else f"s/{status}/{machine}/"


def after_machine(prefix: str, machine: str) -> str:
    """A bound after all keys of the state machine under the prefix, because "0" is the character after the slash."""
    return f"{prefix}{machine}0"


def started_bound(prefix: str, time: float) -> str:
    """A bound in the list of one state machine's executions: those that started in that millisecond or later are before
    it."""
    return f"{prefix}{_age(time)}0"


def listed_id(key: str) -> str:
    """The id of the execution that a key in a list stands for."""
    return key.rpartition("/")[2]


def timer(due: float, id: str, path: str) -> str:
    return f"c/timer/{_milliseconds(due)}/{id}{path}"


def timers_from(due: float) -> str:
    """A bound before all timers that are due at that time or later."""
    return f"c/timer/{_milliseconds(due)}"


def timer_due(key: str) -> float:
    """When the timer of that key is due (epoch seconds)."""
    return int(key.split("/", 3)[2]) / 1000


def deadline(due: float, id: str) -> str:
    return f"c/timer/{_milliseconds(due)}/{id}/{DEADLINE}"


def delayed_start(due: float, id: str) -> str:
    return f"c/timer/{_milliseconds(due)}/{id}/{DELAYED_START}"


def task(id: str, path: str) -> str:
    return f"c/task/{id}{path}"


def turn(id: str, path: str) -> str:
    return f"c/turn/{id}{path}"


def activity_task(activity: str, scheduled: float, id: str, path: str) -> str:
    return f"c/activity/{activity}/{_milliseconds(scheduled)}/{id}{path}"


def callback(id: str, path: str) -> str:
    return f"c/callback/{id}{path}"


TIMERS, TASKS, TURNS, ACTIVITY_TASKS, CALLBACKS = "c/timer/", "c/task/", "c/turn/", "c/activity/", "c/callback/"


def machine(name: str) -> str:
    return f"m/name/{name}"


def revision(key: str) -> str:
    """`key` is "machine/revision id"."""
    return f"m/rev/{key}"


def revisions_prefix(machine: str) -> str:
    return f"m/rev/{machine}/"


def revision_entry(machine: str, number: int) -> str:
    return f"{revision_entries_prefix(machine)}{number:08d}"


def revision_entries_prefix(machine: str) -> str:
    return f"m/hist/{machine}/"


UNSURVIVED = "x/"


def unsurvived(id: str) -> str:
    return f"{UNSURVIVED}{id}"


PROBE = "v/probe"
"""Written to see whether writing works."""
MACHINES, ACTIVITIES = "m/name/", "a/"


def activity(name: str) -> str:
    return f"a/{name}"


def _milliseconds(seconds: float) -> str:
    return f"{int(seconds * 1000):015d}"


def _age(seconds: float) -> str:
    return f"{_END_OF_TIME - int(seconds * 1000):015d}"
