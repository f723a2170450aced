"""The process: gunicorn with one worker in which the event loop, the engine and the doors live. What would break the
promise of a single interpreter is forced, not suggested."""
