"""Executions: starting, stopping, describing, listing, their histories and their progress."""
