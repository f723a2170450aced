"""Random definitions that always end, with scripted answers to their tasks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
INPUT = '{"items": [0, 1]}'
"""The input that the definitions need."""
WEIGHTS = {"Pass": 4, "Wait": 2, "Task": 6, "Fail": 1, "Broken": 1, "Map": 5, "Parallel": 5}
"""How often each type is drawn; Broken is a Pass whose JSONata fails."""
DEPTH_MAX = 3


@dataclass
class Drawing:
    """Draws one definition. `answers` are those of its Task states by name."""

    chance: random.Random
    answers: dict[str, list[Any]] = field(default_factory=dict)
    names: int = 0

    def definition(self, depth: int = 0) -> dict[str, Any]:
        """One to three states, one after the other."""
        count = self.chance.randint(1, 3)
        names = [f"S{number}" for number in range(self.names, self.names + count)]
        self.names += count
        states = {}
        for name, after in zip(names, [*names[1:], None], strict=True):
            next_ = {"End": True} if after is None else {"Next": after}
            states[name] = self._state(name, next_, depth)
        return {"StartAt": names[0], "States": states}

    def _state(self, name: str, next_: dict[str, Any], depth: int) -> dict[str, Any]:
        types = [type_ for type_ in WEIGHTS if depth < DEPTH_MAX or type_ not in ("Map", "Parallel")]
        type_ = self.chance.choices(types, [WEIGHTS[type_] for type_ in types])[0]
        if type_ == "Fail" and "End" in next_:
            return {"Type": "Fail", "Error": "E"}
        if type_ in ("Pass", "Fail"):
            return {"Type": "Pass", **next_}
        if type_ == "Broken":
            return {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 'a' + 1 %}", **next_}
        if type_ == "Wait":
            return {"Type": "Wait", "Seconds": self.chance.randint(1, 3), **next_}
        return {"Type": type_, "ResultPath": None, **self._handlers(next_), **self._work(name, type_, depth), **next_}

    def _handlers(self, next_: dict[str, Any]) -> dict[str, Any]:
        handlers: dict[str, Any] = {}
        if self.chance.random() < 0.3:
            handlers["Retry"] = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 1}]
        if self.chance.random() < 0.3 and "Next" in next_:
            handlers["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, **next_}]
        return handlers

    def _work(self, name: str, type_: str, depth: int) -> dict[str, Any]:
        if type_ == "Task":
            self.answers[name] = self.chance.choices(
                [1, {"Error": "E", "Cause": "c"}], [3, 1], k=self.chance.choice([1, 10])
            )
            return {"Resource": FUNCTION}
        if type_ == "Map":
            return {
                "ItemsPath": "$.items",
                "ItemSelector": {"items": list(range(self.chance.randint(0, 3)))},
                "MaxConcurrency": self.chance.randint(0, 2),
                "ItemProcessor": self.definition(depth + 1),
            }
        return {"Branches": [self.definition(depth + 1) for _ in range(self.chance.randint(1, 3))]}
