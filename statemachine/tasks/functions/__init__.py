"""Lambda functions: the operator's own in worker processes, and those behind an endpoint that speaks Invoke."""
