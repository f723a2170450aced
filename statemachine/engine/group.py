"""What is written in one transaction, and what may happen once it is durable. Plain data. Must not know the store."""

from __future__ import annotations

from dataclasses import dataclass, field

from statemachine.checkpoint.write import GroupRows
from statemachine.core.model import Command, Execution, Scope, Step
from statemachine.engine.delivery import Delivery, OnReply
from statemachine.engine.loaded_execution import LoadedExecution
from statemachine.host import Reply


@dataclass(slots=True)
class Group:
    """The steps of one transaction. A command comes with the id of its execution.

    - rows: what the transaction writes
    - touched: the executions that it changes, by id
    - commands: to be released when it is durable
    - cancelled: tasks to be cancelled when it is durable
    - accepted: the executions that it starts or queues
    - unreplied: events whose sender waits for no reply and would not send them again. They are stepped again if the
      group is lost
    - superseded: commands of earlier groups that no scope waits for after this group. They are released if it is lost
    - steps: its steps for the observers, each with the scope that its event was for, as it was before the step
    - replies: what its callers are told when it is durable
    """

    rows: GroupRows = field(default_factory=GroupRows)
    touched: dict[str, LoadedExecution] = field(default_factory=dict)
    commands: list[tuple[str, Command]] = field(default_factory=list)
    cancelled: list[tuple[str, Command]] = field(default_factory=list)
    accepted: list[Execution] = field(default_factory=list)
    unreplied: list[Delivery] = field(default_factory=list)
    superseded: list[tuple[str, Command]] = field(default_factory=list)
    steps: list[tuple[Scope | None, Step]] = field(default_factory=list)
    replies: list[tuple[OnReply, Reply]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Is there nothing to write and no reply to give?"""
        return not (self.touched or self.replies or self.rows.changed)
