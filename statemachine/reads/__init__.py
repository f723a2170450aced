"""Looks: pure functions of committed rows, for `Host.read` and `Host.survey`. Every read for a caller is a look.

A look takes the rows first. It loads a payload only if the caller asked for it. Above `checkpoint`, only this room
reads by the keys of executions, lists and commands.
"""
