"""The interpreter: a pure function turns (definition, checkpoint, event) into (checkpoint, history, commands).

Nothing in here does I/O or knows a clock, randomness, a thread or the environment: time and chance come in with
the event. Knows nothing of the store, the engine or any API.
"""
