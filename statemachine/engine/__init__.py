"""The only writer: take what has arrived, step it, commit it, and only then let its commands out.

`writer` is the order of things without any I/O of its own (the simulator drives it); `loop` drives it in the event
loop. `releases` releases the commands of a durable group, `recovery` releases them again after a start. `timers`,
`activities` and `running_tasks` hold what was released and has not come back as an event. `admission` decides which
executions may run, `waiting_for_evaluation` keeps those whose expressions are being evaluated. `report` makes the
report of a commit, `execution_log` logs it.
"""
