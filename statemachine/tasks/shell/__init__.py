"""Shell commands, run as processes."""
