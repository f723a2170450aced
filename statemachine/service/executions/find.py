"""Finding an execution by its ARN. Must not know what is done with it."""

from __future__ import annotations

from statemachine.arn import parse_arn
from statemachine.core.ids import execution_id
from statemachine.errors import ServiceError
from statemachine.host import Host
from statemachine.reads.headers import Header, HeaderWithPayloads, read_header, read_header_with_payloads


async def find_execution(host: Host, execution_arn: str) -> Header:
    """The header of an execution. Raises ServiceError InvalidArn or ExecutionDoesNotExist."""
    found = await host.read(read_header, id_of(execution_arn))
    if found is None or found.arn != execution_arn:
        raise does_not_exist(execution_arn)
    return found


async def find_full_execution(host: Host, execution_arn: str) -> HeaderWithPayloads:
    """The header of an execution with its payloads. Raises ServiceError InvalidArn or ExecutionDoesNotExist."""
    found = await host.read(read_header_with_payloads, id_of(execution_arn))
    if found is None or found.header.arn != execution_arn:
        raise does_not_exist(execution_arn)
    return found


def id_of(execution_arn: str) -> str:
    """The id in an execution's ARN. Raises ServiceError InvalidArn."""
    arn = parse_arn(execution_arn, "execution")
    return execution_id(arn.name, arn.qualifier)


def does_not_exist(execution_arn: str) -> ServiceError:
    """The error for an ARN that no execution has."""
    return ServiceError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution_arn}'")
