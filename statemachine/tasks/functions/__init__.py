"""Lambda functions: the operator's own in worker processes, and those behind an endpoint with Lambda's Invoke API."""
