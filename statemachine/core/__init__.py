"""The interpreter: a pure function turns (definition, checkpoint, event) into (checkpoint, history, commands).

Nothing in here does I/O or knows a clock, randomness, a thread or the environment: the time and the seed of all chance
are given to it. Knows nothing of the store, the engine or any API.
"""
