"""Task: have work done outside of the interpreter, within its time limits."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.model import Call, Decision, Exit
from statemachine.core.resource import Resource, parse_resource
from statemachine.core.states.body import Source
from statemachine.query.language import Dataflow, Reader
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Task:
    """`timeout` and `heartbeat` read seconds, `credentials` an object with RoleArn; they are None if the state does not
    have the field."""

    resource: Resource
    timeout: Reader | None
    heartbeat: Reader | None
    credentials: Reader | None
    flow: Dataflow
    next: str | None

    @classmethod
    def compile(cls, source: Source) -> Task:
        """From Resource, Credentials, TimeoutSeconds and HeartbeatSeconds with their Path forms."""
        read = source.language.field
        fields = source.fields
        return cls(
            parse_resource(fields["Resource"]),
            read(fields, "TimeoutSeconds"),
            read(fields, "HeartbeatSeconds"),
            read(fields, "Credentials"),
            source.flow,
            source.next,
        )

    def enter(self, view: View) -> Decision:
        timeout = self.timeout and self.timeout(view)
        heartbeat = self.heartbeat and self.heartbeat(view)
        arguments = self.flow.arguments(view)
        role = self.credentials(view)["RoleArn"] if self.credentials is not None else None
        return Call(arguments, timeout, heartbeat, role)

    def resume(self, view: View) -> Decision:
        return Exit(self.next, view.result)
