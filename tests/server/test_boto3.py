"""boto3, unmodified, against a real server: every action that the server has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from statemachine.service.actions import ACTIONS
from tests.engine.definitions import ACTIVITY, ROLE, task
from tests.server.real_server import RealServer, serving, until

boto3 = pytest.importorskip("boto3")
config = pytest.importorskip("botocore.config")
exceptions = pytest.importorskip("botocore.exceptions")
xform_name = pytest.importorskip("botocore").xform_name


MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:none"
EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:none:none"


class Recorder:
    """A client that records the actions that it calls."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return getattr(self._client, name)


@pytest.fixture
def client(server: RealServer) -> Recorder:
    return Recorder(client_of(server))


def client_of(server: RealServer) -> Any:
    return boto3.client(
        "stepfunctions",
        endpoint_url=f"http://127.0.0.1:{server.port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=config.Config(retries={"max_attempts": 0}),
    )


def test_every_action(client: Recorder) -> None:
    work = client.create_activity(name="boto")["activityArn"]
    definition = json.dumps(task(work))
    machine = client.create_state_machine(name="boto", definition=definition, roleArn=ROLE)["stateMachineArn"]
    assert client.describe_state_machine(stateMachineArn=machine)["definition"] == definition
    updated = client.update_state_machine(stateMachineArn=machine, definition=json.dumps(task(work, Comment="2")))
    assert client.describe_state_machine(stateMachineArn=machine)["revisionId"] == updated["revisionId"]
    arns = {
        name: client.start_execution(stateMachineArn=machine, name=name, input='{"n": 1}')["executionArn"]
        for name in ("done", "failed", "stopped")
    }
    given = [client.get_activity_task(activityArn=work, workerName="w") for _ in range(2)]
    client.send_task_heartbeat(taskToken=given[0]["taskToken"])
    client.send_task_success(taskToken=given[0]["taskToken"], output='{"n": 2}')
    client.send_task_failure(taskToken=given[1]["taskToken"], error="E", cause="C")
    client.stop_execution(executionArn=arns["stopped"], error="E")
    statuses = {
        name: until(lambda arn=arn: _ended(client, arn), name)["status"]  # type: ignore[misc]
        for name, arn in arns.items()
    }
    assert statuses == {"done": "SUCCEEDED", "failed": "FAILED", "stopped": "ABORTED"}
    described = client.describe_execution(executionArn=arns["done"])
    assert described["output"] == '{"n": 2}'
    assert described["stopDate"] >= described["startDate"]
    began = client.describe_state_machine_for_execution(executionArn=arns["done"])
    assert json.loads(began["definition"])["States"]["T"]["Comment"] == "2"
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine, PaginationConfig={"PageSize": 1})
    assert [item["name"] for page in pages for item in page["executions"]] == ["stopped", "failed", "done"]
    client.list_executions(stateMachineArn=machine, statusFilter="FAILED")
    events = client.get_execution_history(executionArn=arns["done"], reverseOrder=True)["events"]
    assert events[0]["type"] == "ExecutionSucceeded"
    assert machine in [item["stateMachineArn"] for item in client.list_state_machines()["stateMachines"]]
    assert work in [item["activityArn"] for item in client.list_activities()["activities"]]
    assert client.describe_activity(activityArn=work)["name"] == "boto"
    client.tag_resource(resourceArn=machine, tags=[{"key": "team", "value": "a"}, {"key": "old", "value": ""}])
    client.untag_resource(resourceArn=machine, tagKeys=["old"])
    assert client.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "team", "value": "a"}]
    checked = client.validate_state_machine_definition(definition=json.dumps({"StartAt": "S", "States": {}}))
    assert (checked["result"], checked["truncated"]) == ("FAIL", False)
    client.delete_activity(activityArn=work)
    client.delete_state_machine(stateMachineArn=machine)
    assert {xform_name(action.name) for action in ACTIONS.values() if action.is_aws} <= client.asked


def _ended(client: Recorder, arn: str) -> Any:
    described = client.describe_execution(executionArn=arn)
    return None if described["status"] == "RUNNING" else described


def test_errors_are_those_that_boto3_knows(client: Recorder) -> None:
    for code, asked in (
        ("StateMachineDoesNotExist", lambda: client.describe_state_machine(stateMachineArn=MACHINE)),
        ("ExecutionDoesNotExist", lambda: client.describe_execution(executionArn=EXECUTION)),
        ("ActivityDoesNotExist", lambda: client.get_activity_task(activityArn=f"{ACTIVITY}2")),
        ("InvalidArn", lambda: client.stop_execution(executionArn="x")),
        ("InvalidToken", lambda: client.send_task_heartbeat(taskToken="x")),
        ("InvalidName", lambda: client.create_activity(name="a b")),
        ("InvalidDefinition", lambda: client.create_state_machine(name="x", definition="{}", roleArn=ROLE)),
    ):  # fmt: skip
        with pytest.raises(exceptions.ClientError) as refused:
            asked()
        assert refused.value.response["Error"]["Code"] == code
        assert type(refused.value).__name__ == code
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_unsigned_client_is_served_too(folder: Path) -> None:
    signature = pytest.importorskip("botocore")
    with serving(folder / "data") as server:
        unsigned = boto3.client(
            "stepfunctions",
            endpoint_url=f"http://localhost:{server.port}",
            region_name="us-east-1",
            config=config.Config(signature_version=signature.UNSIGNED),
        )
        assert unsigned.list_state_machines()["stateMachines"] == []
