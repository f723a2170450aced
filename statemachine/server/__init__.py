"""The server process: gunicorn with one worker, which runs the event loop, the engine and the APIs. Settings that could
start a second worker are fixed."""
