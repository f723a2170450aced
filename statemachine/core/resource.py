"""The parts of a Task's Resource, and which family of history events it notes. Knows nothing of how a task is done.

Event names as recorded: a Lambda ARN notes LambdaFunction…, an activity Activity…, everything else Task….
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

PATTERNS = (".sync:2", ".sync", ".waitForTaskToken")


@dataclass(frozen=True, slots=True)
class Resource:
    """A Resource, taken apart.

    `family` is "LambdaFunction", "Activity" or "Task", the beginning of its history events. `service` and `action` are
    resourceType and resource in the details of Task… events (`lambda` and `invoke`; `aws-sdk:sfn` and
    `startExecution`; `states` and `startExecution.sync:2`). `pattern` is ".sync", ".sync:2", ".waitForTaskToken", or
    "" for request and response.
    """

    arn: str
    family: str
    service: str
    action: str
    pattern: str

    @property
    def shown(self) -> str:
        """The name in the texts of size errors: `lambda` for the optimised form, else the ARN (recorded)."""
        return self.service if self.family == "Task" and self.service else self.arn


@lru_cache(maxsize=1_000)
def parse_resource(text: str) -> Resource:
    """The parts of a Resource. Any text is accepted: in a text of no known form, the part before the first colon is the
    service of a Task. Results are kept, because a definition has few Resources and each is asked for often."""
    pattern = next((p for p in PATTERNS if text.endswith(p)), "")
    parts = text.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        if parts[2] == "lambda" and parts[5].startswith("function:"):
            return Resource(text, "LambdaFunction", "lambda", "", pattern)
        if parts[2] == "states" and parts[5].startswith("activity:"):
            return Resource(text, "Activity", "states", "", pattern)
        if parts[2] == "states" and not parts[4]:
            service, _, action = (
                parts[5].rpartition(":") if not pattern else parts[5].removesuffix(pattern).rpartition(":")
            )
            return Resource(text, "Task", service, action + pattern, pattern)
    scheme, _, rest = text.partition(":")
    return Resource(text, "Task", scheme, rest, pattern)
