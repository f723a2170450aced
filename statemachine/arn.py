"""Amazon resource names of our own resources: made and taken apart. Knows no store and no request."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Arn:
    """`kind` is "stateMachine", "execution", "activity", …; `name` the first part after it, `qualifier` the rest (an
    execution's own name; a version or alias of a state machine), empty where there is none."""

    text: str
    region: str
    account: str
    kind: str
    name: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Home:
    """The account and region that this server's resources belong to."""

    account: str
    region: str
    partition: str = "aws"

    def state_machine(self, name: str) -> str:
        return self._arn("stateMachine", name)

    def execution(self, machine: str, name: str) -> str:
        return self._arn("execution", f"{machine}:{name}")

    def activity(self, name: str) -> str:
        return self._arn("activity", name)

    def _arn(self, kind: str, rest: str) -> str:
        return f"arn:{self.partition}:states:{self.region}:{self.account}:{kind}:{rest}"


def parse_arn(text: str, *kinds: str) -> Arn:
    """The parts of an ARN of one of the `kinds`. Raises ServiceError InvalidArn, worded as AWS does."""
    parts = text.split(":", 6)
    if parts[0] != "arn":
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {text}'")
    if len(parts) < 7 or parts[2] != "states" or not parts[6]:
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {text}'")
    if parts[5] not in kinds:
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {parts[5]}'")
    name, _, qualifier = parts[6].partition(":")
    if parts[5] == "execution" and (not name or not qualifier):
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {text}'")
    return Arn(text, parts[3], parts[4], parts[5], name, qualifier)
