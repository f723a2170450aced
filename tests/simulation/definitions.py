"""Random definitions: valid, sure to end, with every type of state but a Distributed Map.

Knows the States Language and a generator of chance, nothing of an engine. Every state keeps the members of its input
(`n`, `wait`, `items`, `text`), so that any state can follow any other.

A calm definition fails in ways that do not depend on who is faster: a fork's retriers and catchers treat all errors
alike and throw the error away, time-outs come only to tasks that never answer.
"""

from __future__ import annotations

from random import Random
from typing import Any

HOME = "us-east-1:000000000000"
FUNCTIONS = [f"arn:aws:lambda:{HOME}:function:{name}" for name in ("charge", "ship")]
CALLBACK = "arn:aws:states:::lambda:invoke.waitForTaskToken"
ACTIVITIES = [f"arn:aws:states:{HOME}:activity:{name}" for name in ("pack", "check")]
ERRORS = ("Broken", "Refused")
NAMED_ERRORS = (*ERRORS, "States.Timeout", "States.HeartbeatTimeout", "States.TaskFailed")
SMALL, LARGE = "small", "large " * 120
"""Texts below and above the size at which a payload is stored in a row of its own."""

States = dict[str, dict[str, Any]]


def input_value(chance: Random, depth: int = 2) -> dict[str, Any]:
    """An execution's input; its items are inputs too."""
    items = [input_value(chance, depth - 1) for _ in range(chance.randint(0, 4))] if depth else []
    text = LARGE if chance.random() < 0.2 else SMALL
    return {"n": chance.randint(0, 3), "wait": chance.choice((0, 1, 7)), "items": items, "text": text}


class Author:
    """Writes definitions. States are written from the last to the first, so that each knows what follows it."""

    def __init__(self, chance: Random, *, calm: bool) -> None:
        self._chance = chance
        self._calm = calm
        self._names = 0
        self._parts = [self._pass, self._choice, self._wait, self._evaluate, self._task, self._task, self._task]
        self._forks = [self._parallel, self._map, self._map, self._loop]

    def machine(self) -> dict[str, Any]:
        """A definition. A variable is set at its start and shown at its end."""
        states: States = {}
        shown = {"input.$": "$", "kept.$": "$kept"}
        last = self._add(states, {"Type": "Pass", "Parameters": shown, "End": True})
        start = self._chain(states, last, 2)
        kept = self._chance.choice((SMALL, LARGE))
        first = self._add(states, {"Type": "Pass", "Assign": {"kept": kept}, "Next": start})
        definition: dict[str, Any] = {"StartAt": first, "States": states}
        if self._chance.random() < 0.3:
            definition["TimeoutSeconds"] = 500_000 if self._calm else self._chance.choice((1, 5, 30, 200))
        return definition

    def _chain(self, states: States, next_: str | None, depth: int) -> str:
        for _ in range(self._chance.randint(1, 4)):
            parts = self._parts + self._forks if depth else self._parts
            next_ = self._chance.choice(parts)(states, next_, depth)
        assert next_ is not None
        return next_

    def _block(self, depth: int) -> dict[str, Any]:
        states: States = {}
        return {"StartAt": self._chain(states, None, depth), "States": states}

    def _add(self, states: States, state: dict[str, Any]) -> str:
        self._names += 1
        name = f"{state['Type']} {self._names}"
        states[name] = state
        return name

    def _pass(self, states: States, next_: str | None, depth: int) -> str:
        state: dict[str, Any] = {"Type": "Pass", **_go(next_)}
        how = self._chance.randrange(4)
        if how == 0:
            state |= {"Result": {"text": self._chance.choice((SMALL, LARGE))}, "ResultPath": "$.passed"}
        elif how == 1:
            state |= {"Parameters": {"n.$": "$.n", "kept.$": "$kept"}, "ResultPath": "$.passed"}
        elif how == 2:
            state |= {"Assign": {f"v{self._names}.$": "$.text"}}
        return self._add(states, state)

    def _choice(self, states: States, next_: str | None, depth: int) -> str:
        if next_ is None:
            next_ = self._add(states, {"Type": "Succeed"})
        kind = self._chance.random()
        if kind < 0.15:
            other = self._add(states, {"Type": "Succeed"})
        elif kind < 0.35:
            other = self._add(states, {"Type": "Fail", "Error": self._chance.choice(ERRORS), "Cause": "as written"})
        else:
            other = self._pass(states, next_, depth)
        rules = [{"Variable": "$.n", "NumericEquals": self._chance.randint(0, 5), "Next": other}]
        choice: dict[str, Any] = {"Type": "Choice", "Choices": rules}
        if self._calm or self._chance.random() < 0.9:
            choice["Default"] = next_
        else:
            rules.append({"Variable": "$.n", "NumericEquals": self._chance.randint(0, 3), "Next": next_})
        return self._add(states, choice)

    def _evaluate(self, states: States, next_: str | None, depth: int) -> str:
        """A state whose expressions are evaluated outside of the process, because nobody knows what they cost."""
        state: dict[str, Any] = {"Type": "Pass", "QueryLanguage": "JSONata", **_go(next_)}
        added = self._chance.choice(
            ('{"text": "small"}', f'{{"made{self._names}": $map([1..3], function($n) {{$n * 2}})}}')
        )
        state["Output"] = f"{{% $merge([$states.input, {added}]) ~> |$|{{}}| %}}"
        if self._chance.random() < 0.3:
            state["Assign"] = {f"v{self._names}": "{% [$sort($states.input.items.wait)] %}"}
        return self._add(states, state)

    def _loop(self, states: States, next_: str | None, depth: int) -> str:
        count = f"count{self._names}"
        if next_ is None:
            next_ = self._add(states, {"Type": "Succeed"})
        rule = {"Variable": f"${count}", "NumericLessThan": self._chance.randint(1, 3)}
        choice = self._add(states, {"Type": "Choice", "Choices": [rule], "Default": next_})
        counted = {f"{count}.$": f"States.MathAdd(${count}, 1)"}
        body = self._add(states, {"Type": "Pass", "Assign": counted, "Next": choice})
        for _ in range(self._chance.randint(1, 2)):
            body = self._chance.choice([*self._parts, self._map])(states, body, depth - 1)
        rule["Next"] = body
        return self._add(states, {"Type": "Pass", "Assign": {count: 0}, "Next": body})

    def _wait(self, states: States, next_: str | None, depth: int) -> str:
        moments: list[dict[str, Any]] = [
            {"Seconds": self._chance.choice((0, 1, 5, 900))},
            {"SecondsPath": "$.wait"},
            {"Timestamp": "2023-11-14T22:15:00.5Z"},
        ]
        return self._add(states, {"Type": "Wait", **self._chance.choice(moments), **_go(next_)})

    def _task(self, states: States, next_: str | None, depth: int) -> str:
        task: dict[str, Any] = {
            "Type": "Task",
            "Resource": self._chance.choice([*FUNCTIONS, *ACTIVITIES, CALLBACK]),
            "ResultPath": self._chance.choice((None, "$.done", f"$.done{self._names}")),
            **_go(next_),
        }
        if task["Resource"] == CALLBACK:
            payload = {"token.$": "$$.Task.Token", "text.$": "$.text"}
            task["Parameters"] = {"FunctionName": "notify", "Payload": payload}
        elif self._chance.random() < 0.5:
            task["Parameters"] = {"n.$": "$.n", "text.$": "$.text"}
        if self._chance.random() < 0.6:
            task["TimeoutSeconds"] = 300 if self._calm else self._chance.choice((2, 5, 30))
        if self._chance.random() < 0.3:
            task["HeartbeatSeconds"] = 200 if self._calm else 1
        self._protect(states, task, next_, calm_fork=False)
        return self._add(states, task)

    def _parallel(self, states: States, next_: str | None, depth: int) -> str:
        branches = [self._block(depth - 1) for _ in range(self._chance.randint(1, 3))]
        fork: dict[str, Any] = {"Type": "Parallel", "Branches": branches, "ResultPath": "$.branches", **_go(next_)}
        self._protect(states, fork, next_, calm_fork=self._calm)
        return self._add(states, fork)

    def _map(self, states: States, next_: str | None, depth: int) -> str:
        processor = self._block(max(depth - 1, 0))
        fork: dict[str, Any] = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, **_go(next_)}
        fork |= {"ResultPath": "$.mapped", "MaxConcurrency": self._chance.choice((0, 1, 2, 3))}
        if self._chance.random() < 0.4:
            item = {f"{name}.$": f"$$.Map.Item.Value.{name}" for name in ("n", "wait", "items", "text")}
            fork["ItemSelector"] = item | {"index.$": "$$.Map.Item.Index"}
        self._protect(states, fork, next_, calm_fork=self._calm)
        return self._add(states, fork)

    def _protect(self, states: States, state: dict[str, Any], next_: str | None, *, calm_fork: bool) -> None:
        """Give a state Retry and Catch, or one, or neither."""
        all_errors = ["States.ALL"]
        named = [] if calm_fork else [[error] for error in NAMED_ERRORS]
        if self._chance.random() < 0.5:
            chosen = self._chance.sample(named, min(len(named), self._chance.randint(0, 2)))
            if not chosen or self._chance.random() < 0.4:
                chosen.append(all_errors)
            state["Retry"] = [self._retrier(names) for names in chosen]
        if self._chance.random() < 0.5:
            errors = self._chance.choice([*named, all_errors, all_errors])
            handler = self._pass(states, next_, 0)
            path = None if calm_fork else "$.failure"
            state["Catch"] = [{"ErrorEquals": errors, "Next": handler, "ResultPath": path}]

    def _retrier(self, names: list[str]) -> dict[str, Any]:
        retrier: dict[str, Any] = {
            "ErrorEquals": names,
            "IntervalSeconds": self._chance.randint(1, 3),
            "MaxAttempts": self._chance.randint(0, 3),
            "BackoffRate": self._chance.choice((1.0, 1.5, 2.0)),
        }
        if self._chance.random() < 0.4:
            retrier["JitterStrategy"] = "FULL"
        if self._chance.random() < 0.3:
            retrier["MaxDelaySeconds"] = 4
        return retrier


def _go(next_: str | None) -> dict[str, Any]:
    return {"End": True} if next_ is None else {"Next": next_}
