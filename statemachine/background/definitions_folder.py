"""A directory of definitions: each file is a state machine of that name, and a changed file is a new revision.

`order.json` and `order.asl.json` both stand for the state machine `order`. Nothing is ever deleted because a file is
gone. Knows files and the actions on state machines; no engine, no process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import structlog

from statemachine.arn import Home
from statemachine.config import ConfigError
from statemachine.errors import ServiceError
from statemachine.host import NotDurable, Unavailable
from statemachine.service.actions import CREATE_STATE_MACHINE, DESCRIBE_STATE_MACHINE, UPDATE_STATE_MACHINE, Actions
from statemachine.service.names import check_name
from statemachine.validation import Finding, errors, validate
from statemachine.validation.finding import finding_lines

POLL_SECONDS = 2.0
"""How long a change may stay unnoticed."""

Seen = tuple[int, int, int]
"""Time of a file's last change, its size and its inode. If one of them differs, the file has changed."""
log = structlog.get_logger()


class DefinitionFileError(Exception):
    """A file that cannot be registered; each line of the text names a place in it."""


def check_folder(directory: Path) -> None:
    """Raises ConfigError with every finding of every file that could not be registered, or names the directory that
    cannot be read."""
    mistakes: list[str] = []
    names: dict[str, Path] = {}
    for path in _paths(directory):
        try:
            _claim(path, names)
            _check(path, _read(path))
        except DefinitionFileError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigError("\n".join(mistakes))


class DefinitionsFolder:
    """Keeps the state machines of a server as the files of a directory say."""

    def __init__(self, directory: Path, actions: Actions, home: Home) -> None:
        self._directory = directory
        self._actions = actions
        self._home = home
        self._seen: dict[Path, Seen | None] = {}

    async def watch(self) -> None:
        """Refresh for as long as the server serves; a mistake of ours is logged and does not end it."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.refresh()
            except Exception as defect:
                log.error("defect", directory=str(self._directory), exc_info=defect)

    async def refresh(self) -> None:
        """Register every file that is new or has changed since it was last looked at.

        A bad file is logged with its findings; the state machine of its name stays as it is. If the server cannot
        write now, the next refresh tries again.
        """
        try:
            paths = await asyncio.to_thread(_paths, self._directory)
        except ConfigError as error:
            log.error("definitions cannot be read", error=str(error))
            return
        names: dict[str, Path] = {}
        for path in paths:
            await self._refresh(path, names)

    async def _refresh(self, path: Path, names: dict[str, Path]) -> None:
        seen = _signature(path)
        changed = self._seen.get(path) != seen
        try:
            name = _claim(path, names)
            if changed:
                await self._register(name, path, await asyncio.to_thread(_read, path))
        except DefinitionFileError as error:
            if changed:
                log.error("definition refused", findings=str(error).splitlines())
        except (NotDurable, Unavailable) as error:
            log.warning("definition not registered yet", file=str(path), error=str(error))
            return
        self._seen[path] = seen

    async def _register(self, name: str, path: Path, definition: str) -> None:
        """Register the definition as the state machine `name`, or as its next revision. Raises DefinitionFileError."""
        arn = self._home.state_machine(name)
        try:
            try:
                known = await self._actions.call(DESCRIBE_STATE_MACHINE, stateMachineArn=arn, tellRevision=True)
            except ServiceError as error:
                if error.code != "StateMachineDoesNotExist":
                    raise
                role = self._home.role
                await self._actions.call(CREATE_STATE_MACHINE, name=name, definition=definition, roleArn=role)
                log.info("definition registered", file=str(path), state_machine=name)
            else:
                if known.status == "DELETING":
                    raise Unavailable(f"the state machine '{name}' is being deleted")
                updated = await self._actions.call(
                    UPDATE_STATE_MACHINE,
                    stateMachineArn=arn,
                    definition=definition,
                    byValue=True,
                    tellRevision=True,
                )
                if updated.revision_id != known.revision_id:
                    log.info("definition changed", file=str(path), state_machine=name)
        except ServiceError as error:
            if error.code in ("StateMachineDeleting", "ThrottlingException"):
                raise Unavailable(error.message) from None
            raise _refused(path, error, definition) from None


def _paths(directory: Path) -> list[Path]:
    """The definitions of a directory, in the order of their names. Raises ConfigError."""
    try:
        return sorted(path for path in directory.iterdir() if path.suffix == ".json" and path.is_file())
    except OSError as error:
        raise ConfigError(f"--definitions {directory}: {error.strerror}") from None


def _signature(path: Path) -> Seen | None:
    """None where the file is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _claim(path: Path, names: dict[str, Path]) -> str:
    """The state machine that a file stands for, noted in `names`. Raises DefinitionFileError."""
    name = path.name.removesuffix(".json").removesuffix(".asl")
    try:
        check_name(name)
    except ServiceError as error:
        raise DefinitionFileError(f"{path}: {error.message}") from None
    other = names.setdefault(name, path)
    if other != path:
        raise DefinitionFileError(f"{path}: the state machine '{name}' is that of {other.name} already")
    return name


def _read(path: Path) -> str:
    """The text of a file. Raises DefinitionFileError."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionFileError(f"{path}: is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise DefinitionFileError(f"{path}: {error.strerror}") from None


def _check(path: Path, definition: str) -> None:
    wrong = errors(validate(definition, "STANDARD"))
    if wrong:
        raise DefinitionFileError("\n".join(_lines(path, wrong, definition)))


def _refused(path: Path, error: ServiceError, definition: str) -> DefinitionFileError:
    lines = _lines(path, error.members.get("findings", []), definition)
    return DefinitionFileError("\n".join(lines or [f"{path}: {error.code}: {error.message}"]))


def _lines(path: Path, findings: Iterable[Finding], definition: str) -> list[str]:
    return [line for finding in findings for line in finding_lines(path, finding, definition)]
