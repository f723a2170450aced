"""The only writer: take the events that have arrived, step them, commit the steps, and only then release commands.

`writer` steps events and forms the groups that are committed; `loop` drives it in the event loop, the simulator on
virtual time. `releases` releases the commands of a durable group, `recovery` releases them again after a start.
`timers`, `activities` and `running_tasks` hold what was released and has not come back as an event. `admission` decides
which executions may run, `waiting_for_evaluation` keeps those whose expressions are being evaluated. `report` makes the
report of a commit, `execution_log` logs it.
"""
