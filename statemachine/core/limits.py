"""AWS's limits, and ours. Knows only numbers.

Sources: AWS's service quotas and the service model; what is ours is marked so.
"""

from statemachine.query import limits

PAYLOAD_BYTES_MAX = limits.PAYLOAD_BYTES_MAX
"""Input, output, task arguments and results, as UTF-8."""
HISTORY_EVENTS_MAX = 25_000
"""Events of one Standard execution; the last one is then ExecutionFailed."""
INLINE_MAP_CONCURRENCY_MAX = 40
"""Iterations of an inline Map that run at once, whatever MaxConcurrency says."""
WAIT_SECONDS_MAX = 2**31 - 1
"""The longest a Wait may last; beyond it `Wait state delay is too long.` (recorded for 24,856 days)."""
VARIABLE_BYTES_MAX = PAYLOAD_BYTES_MAX
"""One variable, and all assignments of one state together."""
VARIABLES_BYTES_MAX = 10_485_760
"""All variables of an execution."""
STEP_TRANSITIONS_MAX = 100
"""Ours: states entered in one step; a longer run goes on in the next one, so that no execution starves the others."""
