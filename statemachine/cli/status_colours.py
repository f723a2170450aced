"""The colours of the statuses of executions. Must not know a terminal."""

COLOURS = {
    "PENDING": "cyan",
    "RUNNING": "cyan",
    "SUCCEEDED": "green",
    "FAILED": "red",
    "TIMED_OUT": "red",
    "ABORTED": "yellow",
}
