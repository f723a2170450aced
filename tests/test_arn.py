"""Resource names: made, taken apart, refused in AWS's words."""

from __future__ import annotations

import pytest

from statemachine.arn import Home, check_role, parse_arn, split_arn
from statemachine.errors import ServiceError

HOME = Home("123456789012", "eu-west-1")
PREFIX = "arn:aws:states:eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("made", "text", "parts"),
    [
        (HOME.state_machine("m"), f"{PREFIX}:stateMachine:m", ("stateMachine", "m", "")),
        (HOME.activity("Tätigkeit"), f"{PREFIX}:activity:Tätigkeit", ("activity", "Tätigkeit", "")),
        (HOME.execution("m", "e"), f"{PREFIX}:execution:m:e", ("execution", "m", "e")),
    ],
)
def test_what_is_made_is_taken_apart(made: str, text: str, parts: tuple[str, str, str]) -> None:
    assert made == text
    arn = parse_arn(made, "stateMachine", "activity", "execution")
    assert (arn.type, arn.name, arn.qualifier) == parts
    assert (arn.text, arn.region, arn.account) == (text, "eu-west-1", "123456789012")


def test_a_version_or_alias_is_the_qualifier() -> None:
    arn = parse_arn(f"{PREFIX}:stateMachine:m:PROD", "stateMachine")
    assert (arn.name, arn.qualifier) == ("m", "PROD")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not_a_valid_arn", "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'"),
        ("", "Invalid Arn: 'Invalid ARN prefix: '"),
        ("arn:aws:states", "Invalid Arn: 'Invalid ARN: arn:aws:states'"),
        ("arn:aws:lambda:r:a:execution:m:e", "Invalid Arn: 'Invalid ARN: arn:aws:lambda:r:a:execution:m:e'"),
        (f"{PREFIX}:execution:", f"Invalid Arn: 'Invalid ARN: {PREFIX}:execution:'"),
        (f"{PREFIX}:execution:m", f"Invalid Arn: 'Invalid ARN: {PREFIX}:execution:m'"),
        (f"{PREFIX}:execution::e", f"Invalid Arn: 'Invalid ARN: {PREFIX}:execution::e'"),
        (f"{PREFIX}:activity:a", "Invalid Arn: 'Resource type not valid in this context: activity'"),
    ],
)
def test_what_is_no_execution_is_refused(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as refused:
        parse_arn(text, "execution")
    assert (refused.value.code, refused.value.message) == ("InvalidArn", message)


@pytest.mark.parametrize(
    ("text", "type", "name", "qualifier"),
    [
        ("arn:aws:lambda:us-east-1:000000000000:function:f:LIVE", "function", "f", "LIVE"),
        ("arn:aws:iam::000000000000:role/path/r", "role", "path/r", ""),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", "lambda", "invoke.waitForTaskToken", ""),
        ("arn:aws:sns:us-east-1:000000000000:topic", "", "topic", ""),
    ],
)
def test_any_arn_is_taken_apart(text: str, type: str, name: str, qualifier: str) -> None:
    arn = split_arn(text)
    assert arn is not None
    assert (arn.text, arn.type, arn.name, arn.qualifier) == (text, type, name, qualifier)


@pytest.mark.parametrize("text", ["", "arn", "shell:thumbnail", "arn:aws:states", "urn:aws:states:::a:b"])
def test_other_text_is_no_arn(text: str) -> None:
    assert split_arn(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no role", "Invalid Arn: 'Invalid ARN prefix: no role'"),
        ("arn:aws:iam::000000000000:user/u", "Invalid Role Arn: 'arn:aws:iam::000000000000:user/u'"),
        ("arn:aws:iam", "Invalid Role Arn: 'arn:aws:iam'"),
    ],
)
def test_what_is_no_role_is_refused(text: str, message: str) -> None:
    check_role(HOME.role)
    with pytest.raises(ServiceError) as refused:
        check_role(text)
    assert (refused.value.code, refused.value.message) == ("InvalidArn", message)
