"""Amazon resource names: made and taken apart. The only module that knows where the colons stand.

Knows no store and no request.
"""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.errors import ServiceError

_PARTS = 6
"""arn:partition:service:region:account:resource"""


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN taken apart.

    `type` is the first part of the resource: "stateMachine", "execution", "activity", "function", "role", …; empty if
    the resource has one part only. `name` is the part after it. `qualifier` is the rest: an execution's
    own name; a version or alias of a state machine or function. It is empty if the ARN has no further part. `resource`
    is everything after the account.
    """

    text: str
    partition: str
    service: str
    region: str
    account: str
    resource: str
    type: str
    name: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Home:
    """The account and region of this server's own resources."""

    account: str
    region: str
    partition: str = "aws"

    @property
    def role(self) -> str:
        """The role of a state machine whose creator names none."""
        return f"arn:{self.partition}:iam::{self.account}:role/statemachine"

    def state_machine(self, name: str) -> str:
        """The ARN of a state machine."""
        return self._arn("stateMachine", name)

    def execution(self, machine: str, name: str) -> str:
        """The ARN of an execution of the state machine `machine`."""
        return self._arn("execution", f"{machine}:{name}")

    def activity(self, name: str) -> str:
        """The ARN of an activity."""
        return self._arn("activity", name)

    def function(self, name: str) -> str:
        """The ARN of a Lambda function in our account and region."""
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{name}"

    def _arn(self, type_: str, rest: str) -> str:
        return f"arn:{self.partition}:states:{self.region}:{self.account}:{type_}:{rest}"


def split_arn(text: str) -> Arn | None:
    """The parts of any ARN, None if the text is none."""
    parts = text.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != "arn":
        return None
    _, partition, service, region, account, resource = parts
    separator = "/" if service == "iam" else ":"
    type_, found, rest = resource.partition(separator)
    if not found:
        return Arn(text, partition, service, region, account, resource, "", resource, "")
    name, _, qualifier = rest.partition(":")
    return Arn(text, partition, service, region, account, resource, type_, name, qualifier)


def parse_arn(text: str, *types: str) -> Arn:
    """The parts of an ARN of Step Functions of one of the `types`. Raises ServiceError InvalidArn, in AWS's words."""
    _check_prefix(text)
    arn = split_arn(text)
    if arn is None or arn.service != "states" or not arn.type or not arn.name + arn.qualifier:
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {text}'")
    if arn.type not in types:
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {arn.type}'")
    if arn.type == "execution" and not (arn.name and arn.qualifier):
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {text}'")
    return arn


def check_role(role_arn: str) -> None:
    """Raises ServiceError InvalidArn unless the text looks like the ARN of an IAM role."""
    _check_prefix(role_arn)
    arn = split_arn(role_arn)
    if arn is None or arn.type != "role":
        raise ServiceError("InvalidArn", f"Invalid Role Arn: '{role_arn}'")


def _check_prefix(text: str) -> None:
    if text.partition(":")[0] != "arn":
        raise ServiceError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {text}'")
