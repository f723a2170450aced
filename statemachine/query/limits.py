"""The limit on payloads that expressions share with the rest of the interpreter. Knows only numbers."""

PAYLOAD_BYTES_MAX = 262_144
"""AWS's limit on a state's input, output, task arguments and results: the bytes of their JSON text in UTF-8."""
