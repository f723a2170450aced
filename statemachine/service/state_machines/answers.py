"""The answers of the verbs on state machines and revisions. Names and shapes are AWS's
if AWS has them. Must not know a verb."""

from __future__ import annotations

from typing import Any

from statemachine.json_text import JsonText
from statemachine.service.answer import Answer
from statemachine.service.validations import PlacedDiagnostic
from statemachine.times.timestamps import Timestamp


class CreatedStateMachine(Answer, frozen=True, kw_only=True):
    """The answer of CreateStateMachine."""

    state_machine_arn: str
    creation_date: Timestamp


class RegisteredStateMachine(CreatedStateMachine, frozen=True, kw_only=True):
    """A state machine that is registered, with the id of its current revision."""

    name: str
    revision_id: str
    warnings: tuple[PlacedDiagnostic, ...] = ()


class UpdatedStateMachine(Answer, frozen=True, kw_only=True):
    """The answer of UpdateStateMachine; `revision_id` is INITIAL as long as nothing was changed.

    `warnings` are ours: AWS gives none.
    """

    update_date: Timestamp
    revision_id: str
    warnings: tuple[PlacedDiagnostic, ...] = ()


class StateMachineMembers(Answer, frozen=True, kw_only=True):
    """The members that both descriptions of a state machine have.

    The configurations are the caller's own objects, in AWS's shapes. `variable_references` are the names of the
    variables that each state reads.
    """

    state_machine_arn: str
    name: str
    role_arn: str
    logging_configuration: dict[str, Any]
    tracing_configuration: dict[str, Any]
    encryption_configuration: dict[str, Any]
    definition: JsonText | None = None
    variable_references: dict[str, list[str]] | None = None
    revision_id: str | None = None


class StateMachineDescription(StateMachineMembers, frozen=True, kw_only=True):
    """The answer of DescribeStateMachine; `status` is ACTIVE or DELETING."""

    status: str
    type: str
    creation_date: Timestamp


class StateMachineForExecution(StateMachineMembers, frozen=True, kw_only=True):
    """The answer of DescribeStateMachineForExecution."""

    update_date: Timestamp


class ListedStateMachine(Answer, frozen=True, kw_only=True):
    """One state machine of a list."""

    state_machine_arn: str
    name: str
    type: str
    creation_date: Timestamp


class StateMachinePage(Answer, frozen=True, kw_only=True):
    """The answer of ListStateMachines."""

    state_machines: list[ListedStateMachine]
    next_token: str | None = None


class ListedRevision(Answer, frozen=True, kw_only=True):
    """One revision of a list."""

    revision_id: str
    creation_date: Timestamp


class RevisionPage(Answer, frozen=True, kw_only=True):
    """The revisions of a state machine, newest first."""

    revisions: list[ListedRevision]
    next_token: str | None = None


class RevisionDescription(Answer, frozen=True, kw_only=True):
    """One revision."""

    state_machine_arn: str
    name: str
    revision_id: str
    creation_date: Timestamp
    role_arn: str
    definition: JsonText
    variable_references: dict[str, list[str]] | None = None
