"""Jobs: the plain formats as views on state machines and executions. What runs is the definition that they are compiled
to. Knows no API.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec

from statemachine.arn import Home, parse_arn
from statemachine.checkpoint import keys
from statemachine.checkpoint.read import read_execution, read_history
from statemachine.core.compile import compile_machine
from statemachine.core.references import variable_references
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.jobs import Format, Job, compile_job, job_view, read_job, validate_job
from statemachine.json_text import dump, load
from statemachine.registry.machines import JobText, Machines, StateMachine
from statemachine.service.executions import Executions
from statemachine.service.state_machines import Checked, StateMachines
from statemachine.validation.finding import Finding


class Jobs:
    """The verbs on jobs and their executions. An execution of a job has the id "job:name"."""

    def __init__(
        self, host: Host, state_machines: StateMachines, executions: Executions, machines: Machines, home: Home
    ) -> None:
        self._host = host
        self._state_machines = state_machines
        self._executions = executions
        self._machines = machines
        self._home = home

    async def register(self, text: str) -> dict[str, Any]:
        """Register a job, or a new revision of it. Raises ServiceError InvalidJob with everything that is wrong."""
        checked, job = await asyncio.to_thread(self._check, text)
        role_arn = f"arn:aws:iam::{self._home.account}:role/statemachine"
        machine, is_new = await self._state_machines.put(name=job.id, role_arn=role_arn, checked=checked)
        return {**self._described(machine), "isNew": is_new}

    def describe(self, id: str) -> dict[str, Any]:
        """A job as it was sent, and the definition that it was compiled to. Raises ServiceError JobDoesNotExist."""
        return self._described(self._find(id))

    def list_all(self) -> list[dict[str, Any]]:
        """All jobs by id, without their definitions."""
        found = []
        for name in sorted(self._machines.by_name):
            job = self._job(self._machines.by_name[name])
            if job is not None:
                found.append({"id": job.id, "name": job.name, "format": job.format, "tasks": len(job.tasks)})
        return found

    async def execute(self, id: str, input: str = "{}") -> dict[str, Any]:
        """Start an execution of a job. Raises ServiceError JobDoesNotExist."""
        machine = self._find(id)
        started = await self._executions.start(state_machine_arn=machine.arn, input=input)
        execution = parse_arn(started["executionArn"], "execution")
        execution_id = keys.execution_id(execution.name, execution.qualifier)
        state = await asyncio.to_thread(self.state, execution_id)
        return {"executionId": execution_id, "jobId": id, "status": state["status"]}

    def state(self, execution_id: str) -> dict[str, Any]:
        """How an execution of a job and its tasks stand. Reads its whole history: not for the loop.

        Raises ServiceError ExecutionDoesNotExist.
        """
        execution = read_execution(self._host.store, execution_id)
        text = None if execution is None else self._machines.revision(execution.revision).job
        if execution is None or text is None:
            raise ServiceError("ExecutionDoesNotExist", f"There is no execution '{execution_id}' of a job", status=404)
        job = read_job(load(text.text), text.format)
        history = read_history(self._host.store, execution.id, 1, execution.events)
        view: dict[str, Any] = load(msgspec.json.encode(job_view(job, execution, history)))
        return {"executionId": execution_id, **view}

    def latest(self, id: str) -> dict[str, Any]:
        """As `state`, of the execution of a job that was started last. Raises ServiceError JobDoesNotExist or
        ExecutionDoesNotExist."""
        self._find(id)
        rows = self._host.store.scan(keys.listed_prefix(id), limit=1)
        if not rows:
            raise ServiceError("ExecutionDoesNotExist", f"The job '{id}' was never executed", status=404)
        return self.state(keys.listed_id(rows[0][0]))

    def _check(self, text: str) -> tuple[Checked, Job]:
        format: Format = "graph" if _names_a_graph(text) else "ordered"
        wrong = validate_job(text, format)
        if wrong:
            raise ServiceError("InvalidJob", _summary(wrong), findings=wrong)
        job = read_job(load(text), format)
        definition = compile_job(job, self._home.region, self._home.account)
        compiled = compile_machine(definition)
        return Checked(dump(definition), compiled, variable_references(definition), JobText(format, text)), job

    def _find(self, id: str) -> StateMachine:
        machine = self._machines.by_name.get(id)
        if machine is None or machine.deleting or self._job(machine) is None:
            raise ServiceError("JobDoesNotExist", f"There is no job '{id}'", status=404)
        return machine

    def _job(self, machine: StateMachine) -> Job | None:
        text = self._machines.revision(machine.revision).job
        return None if text is None else read_job(load(text.text), text.format)

    def _described(self, machine: StateMachine) -> dict[str, Any]:
        revision = self._machines.revision(machine.revision)
        assert revision.job is not None
        job = read_job(load(revision.job.text), revision.job.format)
        return {
            "id": job.id,
            "name": job.name,
            "format": job.format,
            "job": load(revision.job.text),
            "definition": revision.definition,
            "stateMachineArn": machine.arn,
            "creationDate": machine.created,
        }


def _names_a_graph(text: str) -> bool:
    try:
        job = json.loads(text)
    except (ValueError, RecursionError):
        return False  # whatever is wrong with it is found by those who judge it
    return isinstance(job, dict) and "graph" in job


def _summary(findings: list[Finding]) -> str:
    found = "; ".join(f"{finding.message} (at {finding.pointer or '/'})" for finding in findings[:5])
    return f"The job cannot be registered: {found}"
