"""Every verb once, for all callers and wire formats. `actions` is the table of them.

Knows a host that runs executions and catalogues that hold definitions; knows no HTTP. A verb answers with a type.
"""
