"""What is read for people and programs that ask: looks at committed rows, for `Host.read` and `Host.survey`.

A look is a pure function that takes the rows first. It loads no payload that was not asked for. Beside `checkpoint`,
this is the only room above it that knows the keys of executions, lists and commands.
"""
