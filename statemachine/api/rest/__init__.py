"""The REST API: everything as resources under /api/v1, a file for each. Translates, never decides.

Timestamps are ISO 8601 in UTC; definitions, inputs and outputs are JSON values, not JSON in strings. The routes and
their answers are described in schemas/openapi.json.
"""

from __future__ import annotations

from statemachine.api.rest.activities import ActivityItem, ActivityList
from statemachine.api.rest.description import Document, Page, Schema
from statemachine.api.rest.executions import (
    AllExecutions,
    ExecutionHistory,
    ExecutionItem,
    ExecutionList,
    ExecutionStop,
)
from statemachine.api.rest.jobs import JOB_ROUTES
from statemachine.api.rest.progress import ExecutionUpdates
from statemachine.api.rest.resource import PREFIX, RestResource
from statemachine.api.rest.state_machines import RevisionItem, RevisionList, StateMachineItem, StateMachineList
from statemachine.api.rest.system import SystemItem
from statemachine.api.rest.tasks import TaskList, TokenFailure, TokenHeartbeat, TokenSuccess
from statemachine.api.rest.validations import ValidationList

ROUTES: dict[str, type[RestResource]] = {
    "/": Page,
    "/openapi.json": Document,
    "/{schema}.schema.json": Schema,
    "/state-machines": StateMachineList,
    "/state-machines/{name}": StateMachineItem,
    "/state-machines/{name}/revisions": RevisionList,
    "/state-machines/{name}/revisions/{revision}": RevisionItem,
    "/state-machines/{name}/executions": ExecutionList,
    "/executions": AllExecutions,
    "/executions/{machine}/{name}": ExecutionItem,
    "/executions/{machine}/{name}/history": ExecutionHistory,
    "/executions/{machine}/{name}/stop": ExecutionStop,
    "/executions/{machine}/{name}/updates": ExecutionUpdates,
    "/activities": ActivityList,
    "/activities/{name}": ActivityItem,
    "/tasks": TaskList,
    "/tasks/{token}/success": TokenSuccess,
    "/tasks/{token}/failure": TokenFailure,
    "/tasks/{token}/heartbeat": TokenHeartbeat,
    "/validations": ValidationList,
    **JOB_ROUTES,
    "/system": SystemItem,
}
"""The routes below PREFIX."""

__all__ = ["JOB_ROUTES", "PREFIX", "ROUTES"]
