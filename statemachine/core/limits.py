"""AWS's limits, and ours. Knows only numbers.

Sources: AWS's service quotas and the service model. Our own limits are marked as ours.
"""

from statemachine.query import limits

PAYLOAD_BYTES_MAX = limits.PAYLOAD_BYTES_MAX
"""The bytes of an input, an output, task arguments or a result in UTF-8."""
HISTORY_EVENTS_MAX = 25_000
"""The events of one Standard execution. If it reaches them, its last event is ExecutionFailed."""
INLINE_MAP_CONCURRENCY_MAX = 40
"""The iterations of an inline Map that run at once, even if MaxConcurrency is larger."""
WAIT_SECONDS_MAX = 2**31 - 1
"""The longest Wait; a longer one fails with `Wait state delay is too long.` (recorded for 24,856 days)."""
VARIABLE_BYTES_MAX = PAYLOAD_BYTES_MAX
"""The bytes of one variable, and of all variables that one state assigns."""
VARIABLES_BYTES_MAX = 10_485_760
"""The bytes of all variables of an execution."""
STEP_TRANSITIONS_MAX = 100
"""Ours: the states that one step may enter. The rest waits for its turn, so that no execution starves the others."""
STEP_WORK_MAX = 20_000
"""Ours: a step whose expressions have done this much work (`query/work.py`) enters no further state."""
RUN_WORK_MAX = 40_000
"""Ours: the work that a step does at once. A state that takes more is made in several runs."""
STATE_WORK_MAX = 20_000_000
"""Ours: a state whose expressions take more work than this fails with States.Runtime."""
