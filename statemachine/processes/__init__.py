"""Processes that the server starts, and pools of them that answer requests. Must not know the meaning of a request."""
