"""Task states that run a shell command: Resource `shell:NAME`, where NAME is a command that the operator configured.

A definition chooses a command by its name and fills its placeholders. The operator alone decides what runs, where, with
which environment and for how long. Without configured commands the server has no such kind. Must not start processes
itself.

    [shell.thumbnail]
    argv = ["/usr/bin/convert", "--", "{from}", "{to}"]
    timeout = 20
    environment = {PATH = "/usr/bin"}

    {"Type": "Task", "Resource": "shell:thumbnail", "Parameters": {"from.$": "$.photo", "to": "/srv/small.png"}, …}

The result is {"ExitStatus": 0, "Stdout": text, "Stderr": text}. The Resource is not an ARN, because
`arn:aws:states:::…` stands for integrations of AWS, and AWS has none for commands. After a crash of the server a
command is started a second time, as every task is; the first one was killed with its group.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from statemachine.config import ShellCommand
from statemachine.config.shell_command import PLACEHOLDER
from statemachine.json_text import dump
from statemachine.tasks.coroutine_kind import CoroutineKind
from statemachine.tasks.kind import Failed, Succeeded, TaskAttempt, TaskResult
from statemachine.tasks.shell.process import ProcessLimits, ProcessResult, run_process

ROOM_PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
"""The pauses in seconds before a command is tried again that the system had no room for: no process, no memory, no file
descriptor."""
_NO_ROOM = frozenset((errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM))
CAUSE_CHARACTERS_MAX = 4_096
"""How much of the end of stderr goes into the cause of a failure."""

SCHEME = "shell:"


log = structlog.get_logger()


class InvalidArguments(Exception):
    """The arguments of the task do not fill the placeholders of the command; the text names one."""


class ShellTasks(CoroutineKind):
    """Runs the `commands`, at most `processes_max` at once. The time limit of a command begins when it runs."""

    def __init__(self, commands: Mapping[str, ShellCommand], processes_max: int = 16) -> None:
        super().__init__()
        self._commands = dict(commands)
        self._slots = asyncio.Semaphore(processes_max)

    @property
    def command_names(self) -> frozenset[str]:
        """The names of the commands."""
        return frozenset(self._commands)

    def accepts(self, resource: str) -> bool:
        """`shell:NAME` of a configured command."""
        return resource.startswith(SCHEME) and resource.removeprefix(SCHEME) in self._commands

    async def perform(self, task: TaskAttempt) -> TaskResult:
        """Errors: Shell.InvalidArguments, Shell.CannotStart, Shell.ExitStatus, Shell.Killed (by a signal),
        Shell.TimedOut, Shell.OutputTooLarge."""
        command = self._commands[task.resource.removeprefix(SCHEME)]
        try:
            argv = argv_for(command, task.arguments)
        except InvalidArguments as error:
            return Failed("Shell.InvalidArguments", str(error))
        limits = ProcessLimits(command.timeout, command.stdout_bytes_max, command.stderr_bytes_max)
        async with self._slots:
            try:
                return _result(command, await _run(argv, command, limits))
            except OSError as error:
                return Failed("Shell.CannotStart", f"'{argv[0]}' cannot be started: {error}")


async def _run(argv: Sequence[str], command: ShellCommand, limits: ProcessLimits) -> ProcessResult:
    """Run a process, and try again if the system has no room for it. Raises OSError if it cannot be started."""
    for pause in ROOM_PAUSES:
        try:
            return await run_process(argv, command.environment, command.directory, limits)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            log.warning("shell command not started", error=str(error), again_in=pause)
        await asyncio.sleep(pause)
    return await run_process(argv, command.environment, command.directory, limits)


def shell_kinds(commands: Mapping[str, ShellCommand]) -> list[ShellTasks]:
    """The kind that runs these commands; an empty list if there are no commands."""
    return [ShellTasks(commands)] if commands else []


def argv_for(command: ShellCommand, arguments: Any) -> list[str]:
    """The argv for one task. Raises InvalidArguments.

    Values are strings and numbers; one that is null counts as left out, as for AWS's integrations. A value that begins
    with "-" would be read as an option. So it is allowed only after an argument `--` of the command.
    """
    given = arguments if isinstance(arguments, dict) else {}
    argv: list[str] = []
    for argument in command.argv:
        placeholder = PLACEHOLDER.fullmatch(argument)
        value = argument if placeholder is None else _text(given, placeholder[1])
        if placeholder is not None and value.startswith("-") and "--" not in argv:
            raise InvalidArguments(f"The argument '{placeholder[1]}' must not begin with '-'")
        argv.append(value)
    return argv


def _text(given: Mapping[str, Any], name: str) -> str:
    if given.get(name) is None:
        raise InvalidArguments(f"The argument '{name}' is missing")
    value = given[name]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return dump(value)
    if not isinstance(value, str):
        raise InvalidArguments(f"The argument '{name}' must be a string or a number")
    if "\0" in value:
        raise InvalidArguments(f"The argument '{name}' must not contain a NUL character")
    return value


def _result(command: ShellCommand, result: ProcessResult) -> TaskResult:
    stderr = result.stderr.decode(errors="replace")
    if result.exceeded is None and result.status == 0:
        output = {"ExitStatus": 0, "Stdout": result.stdout.decode(errors="replace"), "Stderr": stderr}
        return Succeeded(dump(output))
    error, reason = _failure(command, result)
    return Failed(error, f"{reason} {stderr[-CAUSE_CHARACTERS_MAX:]}".strip())


def _failure(command: ShellCommand, result: ProcessResult) -> tuple[str, str]:
    if result.exceeded == "seconds":
        return "Shell.TimedOut", f"The command ran for more than {command.timeout:g} seconds."
    if result.exceeded == "stdout_bytes":
        return "Shell.OutputTooLarge", f"The command wrote more than {command.stdout_bytes_max} bytes to stdout."
    if result.status < 0:
        return "Shell.Killed", f"The command was killed by signal {-result.status}."
    return "Shell.ExitStatus", f"The command ended with exit status {result.status}."
