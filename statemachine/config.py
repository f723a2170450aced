"""What an operator may set, with AWS's values as defaults. Knows names, types and ranges; reads no file and no
environment of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a server. Times are in seconds, sizes in bytes."""

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8083
    data: Annotated[str, Meta(min_length=1)] = "statemachine-data"
    functions: tuple[str, ...] = ()
    allow_unauthenticated: bool = False
    account: Annotated[str, Meta(pattern="^[0-9]{12}$")] = "000000000000"
    region: Annotated[str, Meta(pattern="^[a-z0-9-]+$")] = "us-east-1"
    lambda_endpoint: Annotated[str, Meta(pattern="^https?://[^/]")] | None = None
    workers: Count = 4
    """How many functions run at once."""
    body_bytes_max: Count = 1_048_576
    state_machines_max: Count = 10_000
    activities_max: Count = 10_000
    open_executions_max: Count = 100_000
    poll_seconds: Seconds = 60.0
    pollers_max: Count = 1_000
    connections_max: Count = 1_000
    body_seconds: Seconds = 20.0
    """How long a client may take to send a request."""
    disk_bytes_min: int = 16_777_216
    """Free space below which the server reports itself not ready."""
    drain_seconds: Seconds = 20.0

    @property
    def store_path(self) -> Path:
        """The file that holds everything."""
        return Path(self.data) / "statemachine.db"


ENVIRONMENT = {
    "AWS_ACCOUNT_ID": "account",
    "AWS_DEFAULT_REGION": "region",
    "AWS_ENDPOINT_URL": "lambda_endpoint",
    "AWS_ENDPOINT_URL_LAMBDA": "lambda_endpoint",
    "STATEMACHINE_HOST": "host",
    "STATEMACHINE_PORT": "port",
    "STATEMACHINE_DATA": "data",
    "STATEMACHINE_FUNCTIONS": "functions",
    "STATEMACHINE_WORKERS": "workers",
    "STATEMACHINE_ALLOW_UNAUTHENTICATED": "allow_unauthenticated",
}
"""Environment names (those of Step Functions Local where it has one); a later one wins over an earlier one."""


class ConfigError(ValueError):
    """A setting that is not understood; the text names it and says what would be right."""


def settings_from(environment: Mapping[str, str], given: Mapping[str, Any]) -> Settings:
    """Settings from the environment, overridden by those `given` by name. Raises ConfigError."""
    merged: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for variable, name in ENVIRONMENT.items():
        if environment.get(variable):
            value: Any = environment[variable]
            merged[name] = tuple(part.strip() for part in value.split(",")) if name == "functions" else value
            origin[name] = variable
    merged.update({name: value for name, value in given.items() if value is not None})
    try:
        return msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        text = str(error)
        name = text.rpartition("$.")[2].rstrip("`") if "$." in text else ""
        source = f" (from {origin[name]})" if name in origin else ""
        raise ConfigError(f"{text}{source}") from None
