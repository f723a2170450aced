"""Functions as an operator would register them. The worker processes of these tests run them."""

# ruff: noqa: T201 - these functions print so that tests see it arrive

from __future__ import annotations

import asyncio
import ctypes
import decimal
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

log = logging.getLogger("orders")
log.setLevel("INFO")


class CustomException(Exception):
    message: str

    def __init__(self) -> None:
        self.message = ""


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


def echo(event: Any) -> Any:
    return event


def constant(event: Any, context: Any) -> Any:
    return {"Return": "HelloWorld", "values": [1, 2.0, None, True], "é": "ü"}


def decimals(event: Any) -> Any:
    return [decimal.Decimal("3"), decimal.Decimal("1.5")]


def json_bytes(event: Any) -> bytes:
    return b'{"a":1}'


def context_members(event: Any, context: Any) -> Any:
    return {
        "aws_request_id": context.aws_request_id,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "invoked_function_arn": context.invoked_function_arn,
        "log_group_name": context.log_group_name,
        "client_context": context.client_context and context.client_context.custom,
        "hours_left": round(context.get_remaining_time_in_millis() / 3_600_000),
        "memory": int(context.memory_limit_in_mb) > 0,
    }


def variables(event: Any) -> Any:
    return {name: value for name, value in os.environ.items() if "AWS_" in name}


def client_members(event: Any, context: Any) -> Any:
    client = context.client_context.client
    return [client.installation_id, client.app_title, context.tenant_id, context.identity.cognito_identity_id]


def logs(event: Any, context: Any) -> None:
    log.debug("not shown")
    log.info("by %s", "logging")
    context.log("by the context\n")


def fork_and_read(event: Any) -> Any:
    """What a forked process reads from the descriptors that are pipes of the worker; it may answer to none of them."""
    ours, theirs = os.pipe()
    if os.fork() == 0:
        found = []
        for descriptor in range(3, 32):
            if descriptor not in (ours, theirs):
                try:
                    found.append((os.readlink(f"/proc/self/fd/{descriptor}"), os.read(descriptor, 1).decode()))
                except OSError:
                    continue
        os.write(theirs, repr(found).encode())
        os._exit(0)
    os.close(theirs)
    return os.read(ours, 4096).decode()


async def coroutine(event: Any, context: Any) -> Any:
    await asyncio.sleep(0)
    return [event, context.function_name]


async def failing_coroutine(event: Any) -> Any:
    await asyncio.sleep(0)
    raise LookupError("not there")


def raise_exception(event: Any, context: Any) -> Any:
    raise Exception("Some exception was raised.")


def raise_custom(event: Any) -> Any:
    raise CustomException()


def raise_deeper(event: Any) -> Any:
    _deeper({}, "key")


def _deeper(mapping: dict[str, Any], key: str) -> Any:
    return mapping[key]


def raise_chained(event: Any) -> Any:
    try:
        raise_custom(event)
    except CustomException as error:
        raise ValueError("outer", 2) from error


def raise_unprintable(event: Any) -> Any:
    raise Unprintable()


def raise_surrogate(event: Any) -> Any:
    raise ValueError("half a \ud83d pair")


def return_set(event: Any) -> Any:
    return {1}


def return_nan(event: Any) -> Any:
    return float("nan")


def return_surrogate(event: Any) -> Any:
    return "\ud83d"


def return_same_keys(event: Any) -> Any:
    return {1: "number", "1": "text"}


def return_letters(count: int) -> str:
    return "a" * count


def exit_at_once(status: int) -> None:
    os._exit(status)


def exit_in_order(status: int) -> None:
    sys.exit(status)


def crash(event: Any) -> None:
    ctypes.string_at(0)


def fork_and_raise(event: Any) -> str:
    """Raises in a process of its own, whose end it awaits."""
    child = os.fork()
    if child == 0:
        raise RuntimeError("in the forked process")
    os.waitpid(child, 0)
    return "from the worker"


def crash_with_child_left(path: str) -> None:
    """Leaves a process of another session that holds all pipes; its id is written to the file."""
    child = os.fork()
    if child == 0:
        os.setsid()
        Path(f"{path}.new").write_text(str(os.getpid()))
        os.rename(f"{path}.new", path)
        while True:
            time.sleep(60)
    while not Path(path).exists():
        time.sleep(0.005)
    os._exit(1)


def loop_for_ever(event: Any) -> None:
    while True:
        pass


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def wait_for_file(path: str) -> int:
    while not Path(path).exists():
        time.sleep(0.005)
    return os.getpid()


def meet(event: Any) -> int:
    """Wait until `count` processes have come to the directory `at`; then go on for ever if `stay` is true."""
    directory = Path(event["at"])
    (directory / str(os.getpid())).touch()
    while len(list(directory.iterdir())) < event["count"]:
        time.sleep(0.005)
    while event.get("stay"):
        pass
    return os.getpid()


def process(event: Any) -> int:
    return os.getpid()


def child_process(path: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(path).write_text(str(child.pid))
    time.sleep(60)


def prints(event: Any) -> str:
    print("by print", "é")
    print("to stderr", file=sys.stderr)
    os.write(1, b"by the system\n")
    subprocess.run(["echo", "by a child"], check=True)
    print("half a ", end="")
    print("line")
    return "done"


def print_text(text: str) -> None:
    print(text)


def print_numbers(count: int) -> None:
    for number in range(count):
        print(f"{number:09}")


def print_and_exit(event: Any) -> None:
    print("last words", end="\n", flush=True)
    os._exit(3)


def print_for_ever(event: Any) -> None:
    while True:
        print("x" * 200)


def read_input(event: Any) -> str:
    return sys.stdin.read()


def open_sockets(event: Any) -> int:
    found = 0
    for fd in range(3, 256):
        try:
            if socket.socket(fileno=os.dup(fd)).getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                found += 1
        except OSError:
            continue
    return found


def die_from_a_thread(event: Any) -> None:
    threading.Timer(0.05, os._exit, (9,)).start()
    time.sleep(60)
