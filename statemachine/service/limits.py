"""The error for a limit of the settings that is reached. Must not know what is limited."""

from __future__ import annotations

from statemachine.errors import ServiceError


def limit_reached(code: str, message: str, setting: str, most: int) -> ServiceError:
    """The error in AWS's words; the REST API also shows the setting and its value."""
    return ServiceError(code, message, detail=f"{message} ({setting} = {most})")
