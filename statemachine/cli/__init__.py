"""The command line: one module a command, imported when that command is called (tests/cli/test_imports.py)."""
