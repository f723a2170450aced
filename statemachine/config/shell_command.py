"""A shell command that tasks may run, as the operator configured it. Must not know processes."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""An argument that stands for the task's argument of that name."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ShellCommand(msgspec.Struct, frozen=True, kw_only=True):
    """One command that tasks may run.

    `argv` is the absolute path of the program, then its arguments. An argument `{word}` is replaced by the task's
    argument of that name, always as one argument. `timeout` is in seconds. `environment` is the whole environment of
    the command. `directory` is its working directory. A command that writes more than `stdout_bytes_max` bytes to
    stdout is killed. Of stderr the last `stderr_bytes_max` bytes are kept.
    """

    argv: Annotated[tuple[str, ...], Meta(min_length=1)]
    timeout: Annotated[float, Meta(gt=0, le=1e9)] = 60.0
    environment: dict[str, str] = {}
    directory: str = "/"
    stdout_bytes_max: Annotated[int, Meta(ge=1)] = 131_072
    stderr_bytes_max: Annotated[int, Meta(ge=1)] = 16_384

    def __post_init__(self) -> None:
        """Raises ValueError, whose text names the wrong member."""
        if not self.argv[0].startswith("/"):
            raise ValueError(f"argv[0] must be an absolute path, not '{self.argv[0]}'")
        for number, argument in enumerate(self.argv):
            if PLACEHOLDER.search(argument) and not PLACEHOLDER.fullmatch(argument):
                raise ValueError(
                    f"argv[{number}]: a placeholder must be the whole argument, not a part of '{argument}'"
                )
            if "\0" in argument:
                raise ValueError(f"argv[{number}] contains a NUL character")
        if not self.directory.startswith("/"):
            raise ValueError(f"directory must be an absolute path, not '{self.directory}'")
        for name, value in self.environment.items():
            if not _VARIABLE.fullmatch(name) or "\0" in value:
                raise ValueError(f"environment: '{name}' cannot be set")
