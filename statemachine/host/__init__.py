"""The interface between those who ask for executions (service, API, metrics) and whatever runs them (the engine)."""

from statemachine.host.observer import Commit, Lengths, Observer, TaskEnd
from statemachine.host.protocol import ActivityTask, Host, NotDurable, Reply, Unavailable, Watcher

__all__ = [
    "ActivityTask",
    "Commit",
    "Host",
    "Lengths",
    "NotDurable",
    "Observer",
    "Reply",
    "TaskEnd",
    "Unavailable",
    "Watcher",
]
