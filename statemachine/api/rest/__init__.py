"""The REST API: resources below /api/v1. It translates requests into actions.

Timestamps are ISO 8601 in UTC; definitions, inputs and outputs are JSON values, not JSON in strings. The routes and
their answers are described in schemas/openapi.json.
"""

from __future__ import annotations

from statemachine.api.rest.activities import ActivityItem, ActivityList, ActivityTaskList
from statemachine.api.rest.description import DocumentationPage, JsonSchemaFile, OpenApiDocument
from statemachine.api.rest.executions import (
    ExecutionHistory,
    ExecutionItem,
    ExecutionLogList,
    ExecutionsOfAll,
    ExecutionsOfStateMachine,
    ExecutionStop,
    ExecutionTaskList,
)
from statemachine.api.rest.jobs import JOB_ROUTES
from statemachine.api.rest.progress import ExecutionUpdates
from statemachine.api.rest.resource import PREFIX, RestResource
from statemachine.api.rest.state_machines import RevisionItem, RevisionList, StateMachineItem, StateMachineList
from statemachine.api.rest.system import SystemItem
from statemachine.api.rest.tasks import TaskFailureItem, TaskHeartbeatItem, TaskList, TaskSuccessItem
from statemachine.api.rest.validations import ValidationList

ROUTES: dict[str, type[RestResource]] = {
    "/": DocumentationPage,
    "/openapi.json": OpenApiDocument,
    "/{schema}.schema.json": JsonSchemaFile,
    "/state-machines": StateMachineList,
    "/state-machines/{name}": StateMachineItem,
    "/state-machines/{name}/revisions": RevisionList,
    "/state-machines/{name}/revisions/{revision}": RevisionItem,
    "/state-machines/{name}/executions": ExecutionsOfStateMachine,
    "/executions": ExecutionsOfAll,
    "/executions/{machine}/{name}": ExecutionItem,
    "/executions/{machine}/{name}/history": ExecutionHistory,
    "/executions/{machine}/{name}/logs": ExecutionLogList,
    "/executions/{machine}/{name}/stop": ExecutionStop,
    "/executions/{machine}/{name}/tasks": ExecutionTaskList,
    "/executions/{machine}/{name}/updates": ExecutionUpdates,
    "/activities": ActivityList,
    "/activities/{name}": ActivityItem,
    "/activities/{name}/tasks": ActivityTaskList,
    "/tasks": TaskList,
    "/tasks/{token}/success": TaskSuccessItem,
    "/tasks/{token}/failure": TaskFailureItem,
    "/tasks/{token}/heartbeat": TaskHeartbeatItem,
    "/validations": ValidationList,
    **JOB_ROUTES,
    "/system": SystemItem,
}
"""The routes below PREFIX."""

__all__ = ["JOB_ROUTES", "PREFIX", "ROUTES"]
