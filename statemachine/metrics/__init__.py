"""What a Prometheus server may ask: counted as the engine tells it, read from the engine when asked.

Labels have few values, known beforehand: never names of executions, state machines or states.
"""
