"""The environment of a Lambda function: variables for each call, and a handler for log records.

Must not know the worker.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from statemachine.arn import split_arn
from statemachine.tasks.functions.lambda_context import LOG_STREAM, memory_in_mb
from statemachine.tasks.functions.messages import FunctionCall


class LambdaEnvironment:
    """The environment of the calls of one process."""

    def __init__(self) -> None:
        self._request_id = ""

    def enter(self, call: FunctionCall) -> None:
        """Set the variables of Lambda's runtime for a call, as far as they mean something here."""
        arn = split_arn(call.function_arn)
        assert arn is not None
        region = arn.region
        os.environ.update(
            AWS_REGION=region,
            AWS_DEFAULT_REGION=region,
            AWS_LAMBDA_FUNCTION_NAME=call.function_name,
            AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE=memory_in_mb(),
            AWS_LAMBDA_LOG_GROUP_NAME=f"/aws/lambda/{call.function_name}",
            AWS_LAMBDA_LOG_STREAM_NAME=LOG_STREAM,
        )
        self._request_id = call.request_id

    def print_log_records(self) -> None:
        """Print the records of `logging` as Lambda does, unless the operator's modules have set a handler.

        Without a handler Python would print no record below the level WARNING, whatever level the modules have set.
        """
        logging = sys.modules.get("logging")
        if logging is None or logging.root.handlers:  # only if a module of the operator has imported it
            return
        handler = logging.StreamHandler()
        handler.addFilter(self._add_request_id)
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        logging.root.addHandler(handler)

    def _add_request_id(self, record: Any) -> bool:
        record.aws_request_id = self._request_id
        return True
