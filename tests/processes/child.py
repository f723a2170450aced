"""A child program for tests. A message is a deed and its arguments, as in ["echo", 1]; see DEEDS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from statemachine.processes import frames
from statemachine.processes.child_program import serve

ANSWERS = 4
"""The file descriptor that the answers go to: the second one that `serve` opens."""


def start(how: str) -> Callable[[Any], Any]:
    """Ready, unless `how` says something else."""
    if how == "exit":
        os._exit(5)
    if how == "hang":
        time.sleep(600)
    if how == "refuse":
        raise ValueError("not today")
    return lambda message: DEEDS[message[0]](*message[1:])


def leave_behind(new_session: bool, then: str) -> int:
    """Start a process that holds all our pipes."""
    left = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=new_session, pass_fds=(ANSWERS,)
    )
    os.write(ANSWERS, frames.pack(left.pid))
    if then == "exit":
        os._exit(1)
    time.sleep(600)
    return 0


def close_answers() -> None:
    """As if it had ended, but it goes on."""
    os.close(ANSWERS)
    time.sleep(600)


def answer_and_exit(value: Any) -> None:
    """The last answer."""
    os.write(ANSWERS, frames.pack(value))
    os._exit(0)


def stop_reading() -> None:
    """Take no more messages, but go on."""
    os.close(3)
    os.write(ANSWERS, frames.pack(None))
    time.sleep(600)


DEEDS: dict[str, Callable[..., Any]] = {
    "echo": lambda value: value,
    "process": os.getpid,
    "hang": lambda: time.sleep(600),
    "exit": os._exit,
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "write": lambda text: os.write(ANSWERS, text.encode("latin-1")),
    "print": lambda text: os.write(2, text.encode()),
    "leave behind": leave_behind,
    "close answers": close_answers,
    "answer and exit": answer_and_exit,
    "stop reading": stop_reading,
}

if __name__ == "__main__":
    sys.exit(serve(lambda: start("".join(sys.argv[1:]))))
