"""The interface between the service, the API and the metrics on one side and the engine on the other."""

from statemachine.host.observer import Commit, Observer, QueueLengths, TaskEnd, TaskOutcome
from statemachine.host.protocol import ActivityTask, Host, NotDurable, Reply, Unavailable, Watcher

__all__ = [
    "ActivityTask",
    "Commit",
    "Host",
    "NotDurable",
    "Observer",
    "QueueLengths",
    "Reply",
    "TaskEnd",
    "TaskOutcome",
    "Unavailable",
    "Watcher",
]
