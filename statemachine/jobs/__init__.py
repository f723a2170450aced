"""The plain job formats: an ordered list of tasks, or a graph of tasks. Jobs are validated, compiled and shown here.

A job is a view of a state machine: the compiled definition is registered and run. Must not know HTTP, a store or an
engine.
"""

from statemachine.jobs.compile import compile_job
from statemachine.jobs.model import Format, Job, JobTask, read_job
from statemachine.jobs.validate import validate_job
from statemachine.jobs.view import JobView, TaskView, job_view

__all__ = ["Format", "Job", "JobTask", "JobView", "TaskView", "compile_job", "job_view", "read_job", "validate_job"]
