"""Every verb once: what can be asked of the server, whoever asks and in whatever wire format.

Knows a Host that runs executions and registries that hold definitions; knows no HTTP. Results bear AWS's member names;
moments are epoch seconds.
"""
