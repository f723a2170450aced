"""Choice: go to the state of the first rule that holds, else to Default."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.core.model import Decision, Exit
from statemachine.core.states.body import Source
from statemachine.errors import RuntimeFailure
from statemachine.query.language import Condition, Dataflow
from statemachine.query.view import View


@dataclass(frozen=True, slots=True)
class Rule:
    """One choice rule. `flow` stands in for the state's own data flow, None if that applies."""

    holds: Condition
    next: str
    flow: Dataflow | None


@dataclass(frozen=True, slots=True)
class Choice:
    """`default` is the name of the state to go to if no rule holds, None without Default."""

    rules: tuple[Rule, ...]
    default: str | None

    @classmethod
    def compile(cls, source: Source) -> Choice:
        """From Choices and Default. A rule's own Assign and Output replace those of the state."""
        rules = []
        for number, fields in enumerate(source.fields["Choices"]):
            where = f"Choices[{number}]"
            own = {name: fields[name] for name in ("Assign", "Output") if name in fields}
            shared = {name: source.fields[name] for name in ("InputPath", "OutputPath") if name in source.fields}
            # The state's Assign and Output apply to Default alone, so a rule without them needs a flow without them.
            apart = bool(own) or "Assign" in source.fields or "Output" in source.fields
            flow = source.language.dataflow({**shared, **own}, "Choice", where) if apart else None
            rules.append(Rule(source.language.condition(fields, where), fields["Next"], flow))
        return cls(tuple(rules), source.fields.get("Default"))

    def enter(self, view: View) -> Decision:
        for rule in self.rules:
            if rule.holds(view):
                return Exit(rule.next, flow=rule.flow)
        if self.default is None:
            raise RuntimeFailure("Failed to transition out of the state. The state does not point to a next state.")
        return Exit(self.default)

    def resume(self, view: View) -> Decision:
        raise AssertionError("a Choice state waits for nothing")
