"""The variables that a state reads, in the form of DescribeStateMachine."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.query.jsonpath.variables import state_variables_read


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"Type": "Pass", "Result": {"a.$": "$no", "APath": "$no"}}, set()),
        ({"InputPath": "$a.b", "OutputPath": "$c", "ResultPath": "$.x"}, {"a", "c"}),
        ({"InputPath": None, "OutputPath": "$$.Execution"}, set()),
        ({"Parameters": {"x": "$no", "y.$": "$a", "z": [{"w.$": "States.Format('{}', $b[0])"}]}}, {"a", "b"}),
        ({"Parameters": {"FooPath": "$no", "Assign": {"x.$": "$a"}}}, {"a"}),
        (
            {"ResultSelector": {"x.$": "$a"}, "Assign": {"b": 1, "x.$": "$c"}, "Credentials": {"RoleArn.$": "$d"}},
            {"a", "c", "d"},
        ),
        (
            {"TimeoutSecondsPath": "$a", "HeartbeatSecondsPath": "$b", "SecondsPath": "$c", "TimestampPath": "$d"},
            set("abcd"),
        ),
        ({"ErrorPath": "$a", "CausePath": "States.Format('{}', $b)"}, {"a", "b"}),
        (
            {
                "ItemsPath": "$a",
                "MaxConcurrencyPath": "$b",
                "ItemSelector": {"x.$": "$c"},
                "ToleratedFailureCountPath": "$d",
            },
            set("abcd"),
        ),
        ({"ItemReader": {"Parameters": {"Bucket.$": "$a"}, "ReaderConfig": {"MaxItemsPath": "$b"}}}, {"a", "b"}),
        ({"ItemBatcher": {"MaxItemsPerBatchPath": "$a", "BatchInput": {"x.$": "$b"}}}, {"a", "b"}),
        ({"ResultWriter": {"Parameters": {"Prefix.$": "$a"}}}, {"a"}),
        ({"Catch": [{"ErrorEquals": ["X"], "Next": "B", "ResultPath": "$.e", "Assign": {"x.$": "$a"}}]}, {"a"}),
        (
            {
                "Choices": [
                    {"Variable": "$a", "StringEquals": "$no", "Next": "B"},
                    {
                        "And": [
                            {"Variable": "$b.c", "IsNull": True},
                            {"Not": {"Variable": "$.x", "NumericEqualsPath": "$c"}},
                        ],
                        "Assign": {"x.$": "$d"},
                    },
                ]
            },
            set("abcd"),
        ),
        (
            {
                "ItemProcessor": {"States": {"S": {"InputPath": "$no"}}},
                "Branches": [{"States": {"S": {"InputPath": "$no"}}}],
            },
            set(),
        ),
    ],
)
def test_variables_are_found_wherever_a_state_reads_them(fields: dict[str, Any], names: set[str]) -> None:
    assert state_variables_read(fields) == names
