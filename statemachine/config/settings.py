"""The settings by name, with types, ranges and defaults. Must not read a file or the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from statemachine.config.shell_command import ShellCommand

_PORT = r"6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]?\d{1,4}"
_URL = rf"^https?://([^/@]*@)?(\[[0-9A-Fa-f:.]+\]|[^/:@\[\]\s]+)(:({_PORT}))?([/?#].*)?$"
Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0, le=1e9)]
Text = Annotated[str, Meta(min_length=1)]
VariableName = Annotated[str, Meta(pattern="^([A-Za-z_][A-Za-z0-9_]*[*]?|[*])$")]
CommandName = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a server. Times are in seconds, sizes in bytes."""

    host: Text = "127.0.0.1"
    host_names: tuple[Text, ...] = ()
    """Names by which clients call the server, besides those of this machine. Empty: if `host` is an address that other
    machines can reach, every name is served."""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8083
    data: Text = "statemachine-data"
    definitions: Text | None = None
    """A directory of definitions. They are registered at the start, and again when they change."""
    functions: tuple[Text, ...] = ()
    pass_environment: tuple[VariableName, ...] = ()
    """Variables that functions get beside those that are always handed on; `*` at the end stands for any characters."""
    shell: dict[CommandName, ShellCommand] = {}
    allow_unauthenticated: bool = False
    account: Annotated[str, Meta(pattern="^[0-9]{12}$")] = "000000000000"
    region: Annotated[str, Meta(pattern="^[a-z0-9-]+$")] = "us-east-1"
    lambda_endpoint: Annotated[str, Meta(pattern=_URL)] | None = None
    workers: Count = 4
    """How many processes run functions, one function each at a time."""
    running_max: Count | None = None
    """How many executions may run at once; others are queued. None: no limit."""
    running_max_by_machine: dict[str, Count] = {}
    """As `running_max`, for the executions of one state machine, by its name."""
    ageing_seconds: Annotated[float, Meta(ge=0, le=1e9)] = 60.0
    """Seconds of waiting that are worth one step of priority. Queued executions start in the order of the time at which
    they were queued minus priority times these seconds. So none of them waits for ever."""
    metrics: bool = True
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    log_format: Literal["json", "console"] | None = None
    """None: text if standard error is a terminal, else JSON."""
    body_bytes_max: Count = 1_048_576
    state_machines_max: Count = 10_000
    activities_max: Count = 10_000
    open_executions_max: Count = 100_000
    poll_seconds: Seconds = 60.0
    pollers_max: Count = 1_000
    connections_max: Count = 2_500
    """More than all requests that may be held: `pollers_max` calls of GetActivityTask and as many of `/updates`."""
    request_seconds: Seconds = 20.0
    """How long a client may take to send a request, and to read an answer."""
    disk_bytes_min: Annotated[int, Meta(ge=0)] = 16_777_216
    """The server reports that it is not ready if the disk has less free space than this."""
    drain_seconds: Seconds = 20.0

    @property
    def store_path(self) -> Path:
        """The file of the store."""
        return Path(self.data) / "statemachine.db"


_FOREIGN_VARIABLES = {
    "AWS_ACCOUNT_ID": "account",
    "AWS_DEFAULT_REGION": "region",
    "AWS_ENDPOINT_URL": "lambda_endpoint",
    "AWS_ENDPOINT_URL_LAMBDA": "lambda_endpoint",
}
_TABLES = {"shell", "running_max_by_machine"}
"""Settings that only a file can give."""

ENVIRONMENT = _FOREIGN_VARIABLES | {
    f"STATEMACHINE_{name.upper()}": name
    for name in Settings.__struct_fields__
    if name not in _TABLES and name not in _FOREIGN_VARIABLES.values()
}
"""The setting of each environment variable. Variables of Step Functions Local keep their names. If two variables give
the same setting, the later one in this table wins."""
