"""The methods behind the actions, one for each action; `actions` is the table of them.

Knows a host that runs executions and catalogues that hold definitions. A verb answers with a type.
"""
