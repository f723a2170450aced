"""The only writer: take what has arrived, step it, commit it, and only then let its commands out.

`writer` is the order of things without any I/O of its own (the simulator drives it); `loop` is the driver in the event
loop. `releases` lets out what is durable, `recovery` does so again after a start; `timers`, `activities` and
`handed_out` hold what was released and is not answered yet. `admission` says who may run, `parked` who waits for an
evaluation, `observer` is told of each commit.
"""
