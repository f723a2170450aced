"""The parts of a Task's Resource, and which family of history events it notes. Knows nothing of how a task is done.

Event names as recorded: a Lambda ARN notes LambdaFunction…, an activity Activity…, everything else Task….
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from statemachine.arn import split_arn

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
    arn = split_arn(text)
    if arn is None:
        scheme, _, rest = text.partition(":")
        return Resource(text, "Task", scheme, rest, pattern)
    if arn.service == "lambda" and arn.type == "function":
        return Resource(text, "LambdaFunction", "lambda", "", pattern)
    if arn.service == "states" and arn.type == "activity":
        return Resource(text, "Activity", "states", "", pattern)
    if arn.service == "states" and not arn.account:
        integration = arn.resource.removesuffix(pattern)
        service, _, action = integration.rpartition(":")
        return Resource(text, "Task", service, action + pattern, pattern)
    return Resource(text, "Task", "arn", text.removeprefix("arn:"), pattern)
