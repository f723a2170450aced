"""The answers of the verbs on state machines and revisions. Names and shapes are AWS's where AWS has them."""

from __future__ import annotations

from typing import Any

from statemachine.json_text import JsonText
from statemachine.service.answer import Answer
from statemachine.times.timestamps import Timestamp


class CreatedStateMachine(Answer, frozen=True, kw_only=True):
    """CreateStateMachine."""

    state_machine_arn: str
    creation_date: Timestamp


class UpdatedStateMachine(Answer, frozen=True, kw_only=True):
    """UpdateStateMachine; `revision_id` is INITIAL as long as nothing was changed."""

    update_date: Timestamp
    revision_id: str


class DescribedRevision(Answer, frozen=True, kw_only=True):
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


class StateMachineDescription(DescribedRevision, frozen=True, kw_only=True):
    """DescribeStateMachine; `status` is ACTIVE or DELETING."""

    status: str
    type: str
    creation_date: Timestamp


class StateMachineForExecution(DescribedRevision, frozen=True, kw_only=True):
    """DescribeStateMachineForExecution."""

    update_date: Timestamp


class ListedStateMachine(Answer, frozen=True, kw_only=True):
    """One state machine of a list."""

    state_machine_arn: str
    name: str
    type: str
    creation_date: Timestamp


class StateMachinePage(Answer, frozen=True, kw_only=True):
    """ListStateMachines."""

    state_machines: list[ListedStateMachine]
    next_token: str | None = None


class CurrentRevision(Answer, frozen=True, kw_only=True):
    """The id of the revision that a state machine runs now."""

    revision_id: str


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
