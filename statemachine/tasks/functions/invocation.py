"""Calls of Lambda functions, and their failures in the words of Step Functions. Must not know workers or tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from statemachine.json_text import dump
from statemachine.processes.printed import PrintedTail

RESPONSE_BYTES_MAX = 6_291_556
"""The largest payload that AWS Lambda lets a function return."""

_FUNCTION = re.compile(
    r"(arn:(?P<partition>aws[a-zA-Z-]*)?:lambda:)?((?P<region>(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}):)?"
    r"((?P<account>\d{12}):)?(function:)?(?P<name>[a-zA-Z0-9-_\.]+)"
    r"(:(?P<qualifier>\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
"""The forms of a FunctionName (service model): name, partial ARN and full ARN, with or without a qualifier."""
FUNCTION_NAME_PATTERN = re.sub(r"\?P<\w+>", "", _FUNCTION.pattern)
"""The same pattern as AWS shows it."""

COMMON_ERRORS = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "ThrottlingException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)
"""Errors of every AWS service, which the service model does not list for Invoke."""


@dataclass(frozen=True, slots=True)
class FunctionName:
    """`qualifier` is a version or an alias, None if none was given."""

    partition: str
    region: str
    account: str
    name: str
    qualifier: str | None

    @property
    def arn(self) -> str:
        """The function's ARN, with the qualifier if there is one."""
        arn = f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{self.name}"
        return f"{arn}:{self.qualifier}" if self.qualifier else arn


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call. `payload` is JSON text. `request_id` is the same for every repetition of the same attempt. `deadline`
    is in epoch seconds. The other members are those of Lambda's Invoke."""

    function: FunctionName
    payload: str
    request_id: str
    deadline: float | None = None
    invocation_type: str = "RequestResponse"
    log_type: str | None = None
    client_context: str | None = None
    printed: PrintedTail | None = None
    """Gets what the function prints, if the runtime sees it."""


@dataclass(frozen=True, slots=True)
class InvocationResponse:
    """Lambda's response. With status 200 and no `function_error` the `payload` is strict JSON text. With
    `function_error` it describes the error, as the function's runtime wrote it. `headers` are those of HTTP."""

    status: int
    payload: str
    function_error: bool
    headers: dict[str, list[str]] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """The value of a header, whatever its case."""
        wanted = name.lower()
        return next((", ".join(values) for key, values in self.headers.items() if key.lower() == wanted), None)


class InvocationFailure(Exception):
    """Lambda returned an error, or did not respond. `error` and `cause` are those of the task."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


class FunctionRuntime(Protocol):
    """Where functions run."""

    @property
    def function_names(self) -> frozenset[str] | None:
        """The names of its functions, None if it cannot list them."""

    def has_function(self, name: str) -> bool:
        """Does this runtime have a function of that name?"""

    async def invoke(self, invocation: Invocation) -> InvocationResponse:
        """Call the function. Raises InvocationFailure. Cancelling ends the call, as far as that is possible."""

    async def close(self) -> None:
        """End all calls and release everything."""


def parse_function_name(text: str, partition: str, region: str, account: str) -> FunctionName | None:
    """The function that a FunctionName or a Lambda ARN names, or None if the text is neither. The other arguments fill
    its gaps."""
    match = _FUNCTION.fullmatch(text)
    if match is None:
        return None
    return FunctionName(
        match["partition"] or partition,
        match["region"] or region,
        match["account"] or account,
        match["name"],
        match["qualifier"],
    )


def response_too_large(size: int) -> str:
    """The payload that Lambda puts in the place of one of `size` bytes, if that is more than RESPONSE_BYTES_MAX."""
    message = f"Response payload size ({size} bytes) exceeded maximum allowed payload size"
    return dump(
        {"errorMessage": f"{message} ({RESPONSE_BYTES_MAX} bytes).", "errorType": "Function.ResponseSizeTooLarge"}
    )


def lambda_error(status: int, code: str, message: str, request_id: str) -> InvocationFailure:
    """An error response of Lambda, as the optimised integration names it. An error that the service model does not list
    for Invoke is a Lambda.AWSLambdaException."""
    known = code.endswith("Exception") and code not in COMMON_ERRORS
    return InvocationFailure(
        f"Lambda.{code}" if known else "Lambda.AWSLambdaException",
        f"{message} (Service: AWSLambda; Status Code: {status}; Error Code: {code}; Request ID: {request_id}; "
        "Proxy: null)",
    )


def function_not_found(invocation: Invocation) -> InvocationFailure:
    """The error if no runtime has the function. The text has the qualifier, `$LATEST` if none was given (recorded)."""
    function = invocation.function
    arn = function.arn if function.qualifier else f"{function.arn}:$LATEST"
    return lambda_error(404, "ResourceNotFoundException", f"Function not found: {arn}", invocation.request_id)
