"""The operator's commands, run as processes."""
