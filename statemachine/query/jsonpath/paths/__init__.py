"""Paths: parses AWS's dialect and compiles closures that find values, and that put a value at a place."""
