"""Waiting tasks: listing them, and answering one by its token."""
