"""The variables that each state of a definition reads: variableReferences of DescribeStateMachine. Runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine.core.compile import LANGUAGES


def variable_references(definition: Mapping[str, Any]) -> dict[str, list[str]]:
    """The sorted names of the variables that each state reads, by state name, for nested states too. States that read
    none are left out. The definition must be valid."""
    found: dict[str, list[str]] = {}
    machine_language = definition.get("QueryLanguage", "JSONPath")

    def visit(block: Mapping[str, Any]) -> None:
        for name, state in block["States"].items():
            names = LANGUAGES[state.get("QueryLanguage", machine_language)].variables_read(state)
            if names:
                found[name] = sorted(names)
            inner = [state[part] for part in ("ItemProcessor", "Iterator") if part in state]
            for nested in [*state.get("Branches", ()), *inner]:
                visit(nested)

    visit(definition)
    return found
