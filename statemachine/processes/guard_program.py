"""The program of the guard: it reads `+GROUP` and `-GROUP` lines, and at the end of its input it kills the groups that
are left. The input ends with the server, however that ends. Imports nothing of the package.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    groups: set[int] = set()
    for line in iter(sys.stdin.buffer.readline, b""):
        (groups.add if line.startswith(b"+") else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
