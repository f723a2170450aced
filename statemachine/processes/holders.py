"""Names the processes that hold a lock or listen on a port, as far as this system tells.

Linux tells it in /proc, for the processes of the same user. Must not know what the lock or the port is for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""


def lock_holders(path: Path) -> list[int]:
    """The pids of the other processes that hold a lock (flock) on a file. Empty if the system does not tell."""
    try:
        target = os.stat(path)
    except OSError:
        return []
    holders = []
    for pid, descriptor in _descriptors():
        with suppress(OSError):
            found = os.stat(descriptor)
            if (found.st_dev, found.st_ino) != (target.st_dev, target.st_ino):
                continue
            # A process that waits for the lock has the file open, too.
            if "FLOCK" in (descriptor.parent.parent / "fdinfo" / descriptor.name).read_text():
                holders.append(pid)
    return sorted(set(holders))


def listeners(port: int) -> list[int]:
    """The pids of the processes that listen on a TCP port. Empty if the system does not tell."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (_PROC / "net" / table).read_text().splitlines()[1:]:
                _, local, _, state, _, _, _, _, _, inode, *_ = line.split()
                if state == _LISTENING and local.endswith(f":{port:04X}"):
                    sockets.add(f"socket:[{inode}]")
    if not sockets:
        return []
    found = set()
    for pid, descriptor in _descriptors():
        with suppress(OSError):
            if os.readlink(descriptor) in sockets:
                found.add(pid)
    return sorted(found)


def name_process(pid: int) -> str:
    """`process PID`, and its program in parentheses if the system tells it. A Python program is named by its script or
    module, with its first argument."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        words = []
    return f"process {pid} ({_program(words)})" if words else f"process {pid}"


def is_alive(pid: int) -> bool:
    """Is there such a process?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is another user's
        return True
    return True


def _program(words: list[str]) -> str:
    program = Path(words[0]).name
    if not program.startswith("python"):
        return program
    arguments = [word for word in words[1:] if not word.startswith("-")]
    return " ".join(Path(word).name for word in arguments[:2]) or program


def _descriptors() -> Iterator[tuple[int, Path]]:
    """All descriptors of other processes that may be looked at, with the pid of the process."""
    own = os.getpid()
    with suppress(OSError):
        for process in _PROC.iterdir():
            if process.name.isdigit() and int(process.name) != own:
                with suppress(OSError):
                    for descriptor in (process / "fd").iterdir():
                        yield int(process.name), descriptor
