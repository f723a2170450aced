"""Query languages: what an expression in a definition means.

Pure: no clock, no randomness, no I/O. Knows nothing of states, scopes or executions; all that an expression may see
is its `View`.
"""
