"""Floor 1: key → JSON bytes, written in atomic groups. Knows nothing of workflows."""
