"""Metrics for a Prometheus server. `counts` counts from the host's reports, `queues` reads lengths at each scrape, and
`metrics` is the web resource of both.

The values of labels are few and fixed: never names of executions, state machines or states.
"""
