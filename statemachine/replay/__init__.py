"""What a recorded history tells: the tree of an execution's states. Pure: no clock, no server, no store, no terminal.

One room reads whole histories; a view of an execution is a projection of its tree.
"""
