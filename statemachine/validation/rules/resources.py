"""Rules for Resource: it is an ARN, or another URI that names a kind of task of this server.

`integrations.json` lists AWS's service integrations. This module does not know what they do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from statemachine.validation.finding import Fault
from statemachine.validation.members import text
from statemachine.validation.parts import Part, StateDefinition

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_ARN = re.compile(r"arn:[a-z-]+:(?P<service>[A-Za-z0-9.-]+):(?P<region>[^:\s]*):(?P<account>[^:\s]*):(?P<rest>\S+)")
_FUNCTION = re.compile(r"function:[\w.-]+(:(\$LATEST|[\w.-]+))?")
_PATTERN = re.compile(r"\.(sync(:2)?|waitForTaskToken)$")
_SDK_ACTION = re.compile(r"aws-sdk:[a-z0-9]+:[a-z][A-Za-z0-9]*(\.waitForTaskToken)?")

_REFUSED_BY_EXPRESS = {
    "sync": "Express state machine does not support '.sync' service integration",
    "sync:2": "Express state machine does not support '.sync:2' service integration",
    "waitForTaskToken": "Express state machine does not support '.waitForTaskToken' service integration ",
}
"""Recorded, with the blank at the end of the last one. The text for `.sync:2` is made after that for `.sync`."""


def task_resource(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A Resource is an ARN of any partition, or a URI of another scheme.

    An ARN `arn:aws:states:::…` must be one of AWS's service integrations (recorded).
    """
    resource = text(part.fields, "Resource") if part.type in ("Task", "ItemReader", "ResultWriter") else None
    if not resource:
        return
    place = (*part.path, "Resource")
    arn = _ARN.fullmatch(resource)
    if arn is None:
        if resource.startswith("arn:") or not _URI.fullmatch(resource):
            yield Fault(place, "Value is not a valid resource ARN")
    elif arn["service"] == "lambda" and not _FUNCTION.fullmatch(arn["rest"]):
        yield Fault(place, "Value is not a valid resource ARN")
    elif arn["service"] == "states" and not arn["region"] and not arn["account"] and not _known(part.type, arn["rest"]):
        yield Fault(
            place,
            f"The resource provided {resource} is not recognized. "
            "The value is not a valid resource ARN, or the resource is not available in this region.",
        )


def express_resource(state: StateDefinition, part: Part) -> Iterator[Fault]:
    """A task of an Express execution uses only the request-response pattern (recorded), and it is no activity."""
    arn = _ARN.fullmatch(text(part.fields, "Resource") or "") if part.type == "Task" and state.block.express else None
    if arn is None or arn["service"] != "states":
        return
    pattern = _PATTERN.search(arn["rest"])
    if pattern:
        yield Fault((*part.path, "Resource"), _REFUSED_BY_EXPRESS[pattern[1]])
    if arn["rest"].startswith("activity:"):
        yield Fault((*part.path, "Resource"), "Express state machine does not support Activity ARN")


def _known(type: str, integration: str) -> bool:
    if type == "Task" and integration.startswith("aws-sdk:"):
        return _SDK_ACTION.fullmatch(integration) is not None
    pattern = _PATTERN.search(integration)
    patterns = _integrations()[type].get(_PATTERN.sub("", integration))
    return patterns is not None and (pattern is None or pattern[1] in patterns)


@cache
def _integrations() -> dict[str, dict[str, list[str]]]:
    file = resources.files("statemachine.validation.rules").joinpath("integrations.json")
    known: dict[str, dict[str, list[str]]] = json.loads(file.read_text("utf-8"))
    return known
