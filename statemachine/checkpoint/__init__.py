"""The layout on disk: executions to rows and back. No other package knows both the keys of the store and the scopes of
the core.
"""
