"""The tree of the states of an execution, built from its history. Pure: no clock, no server, no store, no terminal.

Only this package reads whole histories. A view of an execution is a projection of its tree.
"""
