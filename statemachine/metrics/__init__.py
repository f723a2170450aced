"""Metrics for a Prometheus server. Some are counted from the engine's reports, others are read at each scrape.

The values of labels are few and fixed: never names of executions, state machines or states.
"""
