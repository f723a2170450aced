"""The guard kills the groups of a server that was killed, and no group that has ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

from statemachine.processes.guard import Guard
from tests.processes.waiting import alive, until

SERVER = """
import asyncio, sys
from statemachine.processes.guard import guard
from statemachine.processes.process import Process

class Program(Process):
    def on_ended(self, status):
        pass

async def serve():
    ended = Program(("/bin/true",), {})
    for stream in (ended.stdout, ended.stderr):
        stream.start(lambda data: None)
    running = Program(("/bin/sh", "-c", "sleep 60 & echo $!; wait"), {"PATH": "/usr/bin:/bin"})
    told = asyncio.get_running_loop().create_future()
    running.stdout.start(told.set_result)
    running.stderr.start(lambda data: None)
    print(running.pid, (await told).decode().strip(), guard().pid, flush=True)
    if sys.argv[1] == "without its first guard":
        import os, signal
        os.kill(guard().pid, signal.SIGKILL)
        os.waitid(os.P_PID, guard().pid, os.WEXITED | os.WNOWAIT)
        other = Program(("/bin/sleep", "60"), {})
        print(other.pid, guard().pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(serve())
"""


def left_by_a_killed_server(how: str) -> None:
    command = [sys.executable, "-c", SERVER, how]
    pids: list[int] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            for _ in range(1 + (how == "without its first guard")):
                pids += [int(word) for word in server.stdout.readline().split()]
            assert all(alive(pid) for pid in pids[:2])
            server.kill()
            asyncio.run(until(lambda: not any(alive(pid) for pid in pids)))
        finally:
            server.kill()
            for pid in filter(alive, pids):
                os.kill(pid, signal.SIGKILL)


def test_a_killed_server_leaves_no_process_of_its_groups() -> None:
    left_by_a_killed_server("with its guard")


def test_a_guard_that_was_killed_is_replaced_with_all_groups() -> None:
    left_by_a_killed_server("without its first guard")


def test_a_group_that_was_forgotten_is_left_alone() -> None:
    guard = Guard()
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as program:
        try:
            guard.watch(program.pid)
            guard.forget(program.pid)
            process = guard._process
            assert process is not None
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait() == 0
            assert alive(program.pid)
        finally:
            program.kill()
