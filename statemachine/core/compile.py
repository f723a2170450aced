"""Compile a valid definition once, to a frozen Machine that all its executions share.

Checks nothing that `validation` has checked. A Machine never holds anything of an execution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from statemachine.core.event_types import MEANINGS
from statemachine.core.retry import Catcher, Retrier, compile_retrier
from statemachine.core.states.body import Body, Source
from statemachine.core.states.choice import Choice
from statemachine.core.states.distributed_map import DistributedMap
from statemachine.core.states.fail import Fail
from statemachine.core.states.map import Map
from statemachine.core.states.parallel import Parallel
from statemachine.core.states.pass_ import Pass
from statemachine.core.states.succeed import Succeed
from statemachine.core.states.task import Task
from statemachine.core.states.wait import Wait
from statemachine.query.jsonata import JSONATA
from statemachine.query.jsonpath import JSONPATH
from statemachine.query.language import Dataflow, QueryLanguage

TYPES: dict[str, Any] = {
    "Choice": Choice,
    "Fail": Fail,
    "Map": Map,
    "Parallel": Parallel,
    "Pass": Pass,
    "Succeed": Succeed,
    "Task": Task,
    "Wait": Wait,
}
"""The state types by name. A new type is a module in `states/` and a line here."""

LANGUAGES: dict[str, QueryLanguage] = {"JSONPath": JSONPATH, "JSONata": JSONATA}


@dataclass(frozen=True, slots=True)
class State:
    """One state, ready to run. `can_retry` says whether its type may have retriers.

    `entered`, `exited`, `failed` and `aborted` are the types of the history events that the state notes; `failed` and
    `aborted` are None if its type has no such event.
    """

    name: str
    type: str
    body: Body
    flow: Dataflow
    retriers: tuple[Retrier, ...]
    catchers: tuple[Catcher, ...]
    entered: str
    exited: str
    failed: str | None
    aborted: str | None
    can_retry: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """A compiled definition.

    `states` holds all states by name, nested ones too: names are unique in the whole definition. `timeout` is in
    seconds, None without TimeoutSeconds.
    """

    start: str
    states: Mapping[str, State]
    timeout: float | None


def compile_machine(definition: Mapping[str, Any]) -> Machine:
    """Compile a valid definition. Raises ExpressionSyntaxError for an expression that its language refuses."""
    states: dict[str, State] = {}
    language = definition.get("QueryLanguage", "JSONPath")

    def block(fields: Mapping[str, Any]) -> str:
        for name, state in fields["States"].items():
            states[name] = _compile_state(name, state, language, block)
        start: str = fields["StartAt"]
        return start

    start = block(definition)
    return Machine(start, states, definition.get("TimeoutSeconds"))


def _compile_state(name: str, fields: Mapping[str, Any], machine_language: str, block: Any) -> State:
    type_ = fields["Type"]
    language = LANGUAGES[fields.get("QueryLanguage", machine_language)]
    flow = language.dataflow(fields, type_)
    source = Source(name, fields, language, flow, block)
    return State(
        name=name,
        type=type_,
        body=DistributedMap() if _is_distributed(fields) else TYPES[type_].compile(source),
        flow=flow,
        retriers=tuple(compile_retrier(retrier) for retrier in fields.get("Retry", ())),
        catchers=tuple(
            Catcher(
                frozenset(catcher["ErrorEquals"]),
                catcher["Next"],
                language.dataflow(catcher, "Catch", f"Catch[{number}]"),
            )
            for number, catcher in enumerate(fields.get("Catch", ()))
        ),
        entered=f"{type_}StateEntered",
        exited=f"{type_}StateExited",
        failed=_event_type(f"{type_}StateFailed"),
        aborted=_event_type(f"{type_}StateAborted"),
        can_retry=type_ in ("Task", "Parallel", "Map"),
    )


def _event_type(name: str) -> str | None:
    return name if name in MEANINGS else None


def _is_distributed(fields: Mapping[str, Any]) -> bool:
    processor = fields.get("ItemProcessor", fields.get("Iterator", {}))
    return bool(processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED")
