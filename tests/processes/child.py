"""A child program for tests. A message is a command and its arguments, as in ["echo", 1]; see COMMANDS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from statemachine.processes import frames
from statemachine.processes.child_program import Handler, serve

PIPES = {name: os.fstat(descriptor).st_ino for name, descriptor in (("requests", 0), ("replies", 1))}
"""The pipes that the program is started with. `serve` moves them to other file descriptors."""


def descriptor_of(name: str) -> int:
    """The file descriptor of one of the PIPES, after `serve` has moved it."""
    opened = (int(text) for text in os.listdir("/proc/self/fd"))
    return next(number for number in opened if number > 2 and _inode(number) == PIPES[name])


def _inode(descriptor: int) -> int | None:
    try:
        return os.fstat(descriptor).st_ino
    except OSError:  # the descriptor that listed the others
        return None


def write_data(data: bytes) -> None:
    """Write to the pipe for replies, past `serve`."""
    os.write(descriptor_of("replies"), data)


HANDLED: list[Any] = []
"""The messages that have arrived, in order."""


def write_reply(value: Any) -> None:
    """Write the reply to the last request, past `serve`."""
    write_data(frames.pack(frames.START_NUMBER + len(HANDLED), value))


def start(how: str) -> Handler:
    """Ready, unless `how` says something else."""
    if how == "exit":
        os._exit(5)
    if how == "hang":
        time.sleep(600)
    if how == "refuse":
        raise ValueError("not today")
    if how == "fork":
        fork_and_return()
    return handle


def handle(message: list[Any]) -> Any:
    """Do the command of a message."""
    HANDLED.append(message)
    return COMMANDS[message[0]](*message[1:])


def leave_behind(new_session: bool, then: str) -> int:
    """Start a process that holds all our pipes."""
    left = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        start_new_session=new_session,
        pass_fds=(descriptor_of("replies"),),
    )
    write_reply(left.pid)
    if then == "exit":
        os._exit(1)
    time.sleep(600)
    return 0


def work() -> None:
    """Use a processor without end."""
    while True:
        pass


def close_replies() -> None:
    """As if it had ended, but it lives on."""
    os.close(descriptor_of("replies"))
    time.sleep(600)


def reply_and_exit(value: Any) -> None:
    """The last reply."""
    write_reply(value)
    os._exit(0)


def reply_and_print(value: Any) -> None:
    """Print a line when the reply is written, and do nothing more."""
    write_reply(value)
    os.write(2, b"replied\n")
    time.sleep(600)


def stop_reading() -> None:
    """Take no more messages, but live on."""
    os.close(descriptor_of("requests"))
    write_reply(None)
    time.sleep(600)


def write_on_signal(value: Any) -> None:
    """Write one more reply, to no request, when a SIGUSR1 comes."""
    signal.signal(signal.SIGUSR1, lambda *_: write_reply(value))


def fork_and_return() -> str:
    """Fork, and return in both processes, in the new one first."""
    child = os.fork()
    if child == 0:
        return "the new process"
    os.waitpid(child, 0)
    return "the process that was asked"


COMMANDS: dict[str, Callable[..., Any]] = {
    "echo": lambda value: value,
    "process": os.getpid,
    "hang": lambda: time.sleep(600),
    "work": work,
    "exit": os._exit,
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "write": lambda text: write_data(text.encode("latin-1")),
    "fork": fork_and_return,
    "write on signal": write_on_signal,
    "print": lambda text: os.write(2, text.encode()),
    "leave behind": leave_behind,
    "close replies": close_replies,
    "reply and exit": reply_and_exit,
    "reply and print": reply_and_print,
    "stop reading": stop_reading,
}

if __name__ == "__main__":
    sys.exit(serve(lambda: start("".join(sys.argv[1:]))))
