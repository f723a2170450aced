"""Looks: pure functions of committed rows, for `Host.read` and `Host.survey`. Every read for a caller is a look.

A look takes the rows first. It loads a payload only if the caller asked for it. Above the host, only this package reads
by the keys of executions, lists and commands.
"""
