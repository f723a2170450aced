"""The rules that a schema cannot express, as tables of small functions.

A rule yields faults and accepts any JSON: a member of the wrong type counts as missing. A rule gets the whole machine
(all its blocks), one block of states, or one part with the state that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from statemachine.validation.finding import Fault
from statemachine.validation.parts import Block, Part, StateDefinition
from statemachine.validation.rules import (
    choices,
    exclusive,
    failures,
    jsonata,
    languages,
    maps,
    names,
    paths,
    resources,
    targets,
    tasks,
    templates,
    timestamps,
    variables,
    warnings,
)
from statemachine.validation.rules.advice import ADVICE_RULES

__all__ = ["ADVICE_RULES", "BLOCK_RULES", "MACHINE_RULES", "PART_RULES", "WARNING_RULES"]

MACHINE_RULES: tuple[Callable[[list[Block]], Iterator[Fault]], ...] = (
    names.duplicate_state_names,
    names.duplicate_labels,
    languages.jsonpath_in_jsonata,
    variables.outer_variables,
)

BLOCK_RULES: tuple[Callable[[Block], Iterator[Fault]], ...] = (
    targets.missing_targets,
    targets.unreachable_states,
    targets.missing_end,
)

PART_RULES: tuple[Callable[[StateDefinition, Part], Iterator[Fault]], ...] = (
    exclusive.exclusive_fields,
    exclusive.batch_limits,
    languages.fields_of_other_language,
    jsonata.literals,
    jsonata.expressions,
    paths.path_fields,
    templates.payload_templates,
    choices.choice_tests,
    choices.choice_depth,
    timestamps.timestamps,
    failures.states_all,
    failures.longest_delay,
    tasks.heartbeat,
    tasks.credentials,
    resources.task_resource,
    resources.express_resource,
    maps.distributed_fields,
    maps.distributed_in_express,
    maps.labels,
    variables.variable_names,
)

WARNING_RULES: tuple[Callable[[StateDefinition, Part], Iterator[Fault]], ...] = (
    warnings.no_dollar,
    warnings.no_path,
    warnings.static_result,
)
