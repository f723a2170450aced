"""HTTP for kinds of task."""
