"""The files of the operator's modules, and which of them have changed. Must not know functions."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_NOT_WATCHED = (
    os.path.dirname(os.__file__) + os.sep,
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep,
)
"""The directories of Python and of this package."""

Signature = tuple[int, int, int]
"""Time of a file's last change, its size and its inode."""


def loaded_files() -> list[str]:
    """The files of all modules of this process that belong neither to Python nor to this package nor to an installed
    one."""
    found = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    files = {os.path.abspath(file) for file in found if file}
    return sorted(
        file for file in files if not file.startswith(_NOT_WATCHED) and not any(part in file for part in _INSTALLED)
    )


class SourceFiles:
    """Files, as they are now. A file that is gone counts as changed when it is there again."""

    def __init__(self, files: Iterable[str]) -> None:
        self._seen = {file: _signature(file) for file in files}

    def changed(self) -> list[str]:
        """The files that have changed since the last call."""
        found = []
        for file, seen in self._seen.items():
            now = _signature(file)
            if now is not None and now != seen:
                self._seen[file] = now
                found.append(file)
        return found


def _signature(file: str) -> Signature | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
