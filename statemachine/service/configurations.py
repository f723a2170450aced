"""The configurations that AWS shows if none was given. Must not know what is configured."""

from __future__ import annotations

LOGGING_OFF = {"level": "OFF", "includeExecutionData": False}
TRACING_OFF = {"enabled": False}
OWN_KEY = {"type": "AWS_OWNED_KEY"}
