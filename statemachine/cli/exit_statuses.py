"""The exit statuses of the commands that follow an execution. docs/commands.md has all of them."""

from __future__ import annotations

BY_STATUS = {"SUCCEEDED": 0, "FAILED": 1, "TIMED_OUT": 1, "ABORTED": 1}
"""The exit status for the status of an execution."""

INTERRUPTED = 130
"""The exit status after an interrupt, as in a shell."""
