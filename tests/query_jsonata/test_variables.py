"""The variables that a JSONata state reads, in the form of DescribeStateMachine."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.errors import ExpressionSyntaxError
from statemachine.query.jsonata.variables import state_variables_read


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"Type": "Pass", "Output": {"a": "{% $x %}", "b": ["{% $y.z + $sum($states.input) %}"]}}, {"x", "y"}),
        ({"Type": "Pass", "Assign": {"x": "{% $y %}", "z": "$w"}}, {"y"}),
        ({"Type": "Pass", "Comment": "{% $x %}", "Output": "$x {% $x %}"}, set()),
        ({"Type": "Task", "Arguments": "{% $a %}", "TimeoutSeconds": "{% $b %}", "HeartbeatSeconds": 3}, {"a", "b"}),
        ({"Type": "Task", "Credentials": {"RoleArn": "{% $r %}"}, "Catch": [{"Output": "{% $c %}"}]}, {"r", "c"}),
        (
            {
                "Type": "Choice",
                "Choices": [{"Condition": True}, {"Condition": "{% $x > 1 %}", "Assign": {"a": "{% $y %}"}}],
            },
            {"x", "y"},
        ),
        ({"Type": "Wait", "Seconds": "{% $s %}", "Timestamp": "{% $t %}"}, {"s", "t"}),
        ({"Type": "Fail", "Error": "{% $e %}", "Cause": "{% $c %}"}, {"e", "c"}),
        (
            {
                "Type": "Map",
                "Items": "{% $i %}",
                "ItemSelector": {"v": "{% $sel %}"},
                "MaxConcurrency": "{% $m %}",
                "ItemReader": {"Arguments": {"Bucket": "{% $b %}"}, "ReaderConfig": {"MaxItems": "{% $n %}"}},
                "ItemBatcher": {"BatchInput": "{% $bi %}"},
                "ResultWriter": {"Arguments": "{% $w %}"},
                "ItemProcessor": {"States": {"S": {"Type": "Pass", "Output": "{% $inner %}"}}},
            },
            {"i", "sel", "m", "b", "n", "bi", "w"},
        ),
        ({"Type": "Pass", "Output": "{% ($x := $y; $map($x, function($v) { $v + $z })) %}"}, {"y", "z"}),
    ],
)
def test_the_variables_of_a_state(fields: dict[str, Any], names: set[str]) -> None:
    assert state_variables_read(fields) == names


def test_a_text_that_is_no_jsonata_is_refused() -> None:
    with pytest.raises(ExpressionSyntaxError):
        state_variables_read({"Output": "{% 1 + %}"})
