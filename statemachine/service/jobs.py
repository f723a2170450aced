"""Jobs: definitions in a plain format. Each is compiled to a state machine, and the server runs that.

Must not know an API.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import msgspec

from statemachine.arn import Home, parse_arn
from statemachine.core.compile import compile_machine
from statemachine.core.ids import execution_id
from statemachine.core.references import variable_references
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.jobs import Format, Job, JobView, compile_job, job_view, read_job, validate_job
from statemachine.json_text import JsonText, dump, load
from statemachine.reads.history import execution_with_history
from statemachine.reads.lists import latest_execution
from statemachine.registry.machines import (
    JobText,
    MachineCatalog,
    Revision,
    StateMachine,
    read_revision,
    read_revisions,
)
from statemachine.service.answer import Answer
from statemachine.service.executions.start import ExecutionStarts
from statemachine.service.paging import cut_page, make_page_token, page_size, read_page_token
from statemachine.service.state_machines.definitions import CheckedDefinition
from statemachine.service.state_machines.find import existing_revision
from statemachine.service.state_machines.register import StateMachines
from statemachine.service.validations import PlacedDiagnostic, pointed
from statemachine.store.interface import Readable
from statemachine.tasks.registered import RegisteredNames
from statemachine.times.timestamps import Timestamp
from statemachine.validation import Finding, errors


class JobDescription(Answer, frozen=True, kw_only=True):
    """A job as it was sent, and the definition that it was compiled to; `format` is ordered or graph. `warnings` are
    told when it is registered."""

    id: str
    name: str
    format: Format
    job: JsonText
    definition: JsonText
    state_machine_arn: str
    creation_date: Timestamp
    warnings: tuple[PlacedDiagnostic, ...] = ()


class RegisteredJob(Answer, frozen=True, kw_only=True):
    """A job that was registered; `is_new` says that it was not known before."""

    job: JobDescription
    is_new: bool


class ListedJob(Answer, frozen=True, kw_only=True):
    """One job of a list; `tasks` is their number."""

    id: str
    name: str
    format: Format
    tasks: int


class JobPage(Answer, frozen=True, kw_only=True):
    """A page of jobs by id."""

    jobs: list[ListedJob]
    next_token: str | None = None


class StartedJob(Answer, frozen=True, kw_only=True):
    """An execution of a job that has been started."""

    execution_id: str
    job_id: str
    status: str


class JobExecutionState(JobView, rename="camel", omit_defaults=True, kw_only=True):
    """The status of an execution of a job, and of its tasks."""

    execution_id: str


class Jobs:
    """The verbs on jobs and their executions. An execution of a job has the id "job:name"."""

    def __init__(
        self,
        host: Host,
        state_machines: StateMachines,
        starts: ExecutionStarts,
        catalog: MachineCatalog,
        home: Home,
        *,
        clock: Callable[[], float],
        registered: RegisteredNames,
    ) -> None:
        self._host = host
        self._state_machines = state_machines
        self._starts = starts
        self._catalog = catalog
        self._home = home
        self._clock = clock
        self._registered = registered

    async def register(self, *, text: str) -> RegisteredJob:
        """Register a job, or a new revision of it. Raises ServiceError InvalidJob with everything that is wrong."""
        checked, job = await self._state_machines.checks.run(self._check, text, text)
        registered = await self._state_machines.register_job(job.id, checked)
        described = await self._described(registered.state_machine)
        warnings = tuple(map(pointed, checked.warnings))
        return RegisteredJob(job=msgspec.structs.replace(described, warnings=warnings), is_new=registered.is_new)

    async def describe(self, *, id: str) -> JobDescription:
        """A job. Raises ServiceError JobDoesNotExist."""
        return await self._described(self._find(id))

    async def list_page(self, *, max_results: int | None = None, next_token: str | None = None) -> JobPage:
        """Jobs by id, without their definitions, a page at a time."""
        wanted = ("jobs",)
        position = read_page_token(next_token, wanted, self._clock())
        size = page_size(max_results)
        jobs = (one for one in self._catalog if one.is_job and one.name > position)
        shown, last = cut_page(list(islice(jobs, size + 1)), size, lambda one: one.name)
        return JobPage(
            jobs=await self._host.survey(_listed, [machine.revision for machine in shown]),
            next_token=make_page_token(last, wanted, self._clock()),
        )

    async def execute(self, *, id: str, input: str = "{}") -> StartedJob:
        """Start an execution of a job. Raises ServiceError JobDoesNotExist."""
        machine = self._find(id)
        started = await self._starts.start(state_machine_arn=machine.arn, input=input)
        arn = parse_arn(started.execution_arn, "execution")
        state = await self.state(id=execution_id(arn.name, arn.qualifier))
        return StartedJob(execution_id=state.execution_id, job_id=id, status=state.status)

    async def state(self, *, id: str) -> JobExecutionState:
        """The status of the execution of that id, or of the latest execution of the job of that id, and of its tasks.

        Raises ServiceError ExecutionDoesNotExist or JobDoesNotExist.
        """
        execution = id if ":" in id else await self._latest(id)
        view = await self._host.survey(_view, execution)
        if view is None:
            raise ServiceError("ExecutionDoesNotExist", f"There is no execution '{execution}' of a job")
        return JobExecutionState(execution_id=execution, **msgspec.structs.asdict(view))

    async def _latest(self, id: str) -> str:
        """The id of the latest execution of a job."""
        self._find(id)
        found = await self._host.read(latest_execution, id)
        if found is None:
            raise ServiceError("ExecutionDoesNotExist", f"The job '{id}' was never executed")
        return found

    def _check(self, text: str) -> tuple[CheckedDefinition, Job]:
        format: Format = "graph" if _names_a_graph(text) else "ordered"
        findings = validate_job(text, format, self._registered)
        wrong = errors(findings)
        if wrong:
            raise ServiceError("InvalidJob", _summary(wrong), findings=wrong)
        job = read_job(load(text), format)
        definition = compile_job(job, self._home.region, self._home.account)
        compiled = compile_machine(definition)
        references = variable_references(definition)
        return CheckedDefinition(dump(definition), compiled, references, JobText(format, text), findings), job

    def _find(self, id: str) -> StateMachine:
        machine = self._catalog.get(id)
        if machine is None or machine.deleting or not machine.is_job:
            raise ServiceError("JobDoesNotExist", f"There is no job '{id}'")
        return machine

    async def _described(self, machine: StateMachine) -> JobDescription:
        found = _job_of(await existing_revision(self._host, machine.revision))
        assert found is not None
        return JobDescription(
            id=found.job.id,
            name=found.job.name,
            format=found.job.format,
            job=JsonText(found.text),
            definition=JsonText(found.definition),
            state_machine_arn=machine.arn,
            creation_date=Timestamp(machine.created),
        )


class _FoundJob(NamedTuple):
    job: Job
    text: str
    definition: str


def _job_of(revision: Revision | None) -> _FoundJob | None:
    """The job that a revision was made from."""
    if revision is None or revision.job is None:
        return None
    text = revision.job.text
    return _FoundJob(read_job(load(text), revision.job.format), text, revision.definition)


def _listed(rows: Readable, revision_keys: list[str]) -> list[ListedJob]:
    """A look at the jobs of these revisions, in their order."""
    revisions = read_revisions(rows, revision_keys)
    jobs = [found.job for key in revision_keys if (found := _job_of(revisions.get(key))) is not None]
    return [ListedJob(id=job.id, name=job.name, format=job.format, tasks=len(job.tasks)) for job in jobs]


def _view(rows: Readable, id: str) -> JobView | None:
    """A look at an execution of a job; it reads the whole history."""
    found = execution_with_history(rows, id)
    if found is None:
        return None
    execution, history = found
    job = _job_of(read_revision(rows, execution.revision))
    return None if job is None else job_view(job.job, execution, history)


def _names_a_graph(text: str) -> bool:
    try:
        job = json.loads(text)
    except (ValueError, RecursionError):
        return False  # validate_job says what is wrong with it
    return isinstance(job, dict) and "graph" in job


def _summary(findings: list[Finding]) -> str:
    found = "; ".join(f"{finding.message} (at {finding.pointer or '/'})" for finding in findings[:5])
    return f"The job cannot be registered: {found}"
