"""The layout on disk: executions to rows and back. The only room that knows both the keys of the store and the scopes
of the core. Knows neither engine nor API.
"""
