"""Waiting tasks: listing them, and ending one by its token."""
