"""Commands of the operator's, run as real processes: their result, their failures, their limits, their end."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec
import pytest

from statemachine.config import ShellCommand
from statemachine.processes import process
from statemachine.tasks.kind import Failed, Succeeded, TaskResult
from statemachine.tasks.shell import kind
from statemachine.tasks.shell.kind import ShellTasks, shell_kinds
from tests.processes.loops import advance_loop_time, both_loops, loop_has_read, run_in
from tests.processes.waiting import alive, until
from tests.tasks.calls import Results, task

SCRIPT = """
echo "$1"; echo "said to stderr" >&2
"""


def sh(script: str, *arguments: str, **members: Any) -> ShellCommand:
    """A command that runs a script of /bin/sh."""
    return ShellCommand(argv=("/bin/sh", "-c", script, "sh", *arguments), **members)


def outcome(command: ShellCommand, arguments: Any = None) -> TaskResult:
    """The result of one task."""

    async def main() -> TaskResult:
        results = Results()
        kind = ShellTasks({"it": command})
        kind.start(task("shell:it", arguments, ""), results)
        try:
            return await results.first()
        finally:
            await kind.close()

    return asyncio.run(main())


def result(command: ShellCommand, arguments: Any = None) -> Any:
    """The output of a task that succeeds."""
    found = outcome(command, arguments)
    assert isinstance(found, Succeeded), found
    return msgspec.json.decode(found.output)


def failure(command: ShellCommand, arguments: Any = None) -> tuple[str | None, str | None]:
    """The error and cause of a task that fails."""
    found = outcome(command, arguments)
    assert isinstance(found, Failed), found
    return found.error, found.cause


def test_result_is_what_the_command_wrote() -> None:
    assert result(sh(SCRIPT, "{word}"), {"word": "Grüße"}) == {
        "ExitStatus": 0,
        "Stdout": "Grüße\n",
        "Stderr": "said to stderr\n",
    }


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert result(sh(r"printf '\377'"))["Stdout"] == "�"


@pytest.mark.parametrize("value", ["a b", "$(id)", "`id`", "; id", "*", '"', "'", "\n", "", "~", "{word}"])
def test_a_placeholder_is_one_argument_whatever_is_in_it(value: str) -> None:
    assert result(sh('printf "%s|" "$#" "$1" "$2"', "{word}", "last"), {"word": value})["Stdout"] == f"2|{value}|last|"


@pytest.mark.parametrize(("value", "shown"), [(7, "7"), (1.5, "1.5")])
def test_a_number_is_filled_in_as_its_json(value: float, shown: str) -> None:
    assert result(sh('echo "$1"', "{n}"), {"n": value, "unused": {}})["Stdout"] == f"{shown}\n"


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ({}, "The argument 'word' is missing"),
        (None, "The argument 'word' is missing"),
        ({"word": None}, "The argument 'word' is missing"),
        ({"word": True}, "The argument 'word' must be a string or a number"),
        ({"word": ["x"]}, "The argument 'word' must be a string or a number"),
        ({"word": "a\0b"}, "The argument 'word' must not contain a NUL character"),
        ({"word": "-rf"}, "The argument 'word' must not begin with '-'"),
        ({"word": -1}, "The argument 'word' must not begin with '-'"),
    ],
)
def test_arguments_that_do_not_fill_the_placeholders(arguments: Any, cause: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    assert failure(sh(f"touch {ran}", "{word}"), arguments) == ("Shell.InvalidArguments", cause)
    assert not ran.exists()


def test_after_two_dashes_a_value_may_begin_with_one() -> None:
    assert result(sh('echo "$2"', "--", "{word}"), {"word": "-rf"})["Stdout"] == "-rf\n"


def test_environment_directory_and_input_are_the_operators(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET", "of the server")
    command = ShellCommand(argv=("/usr/bin/env",), environment={"GREETING": "hello"})
    assert result(command)["Stdout"] == "GREETING=hello\n"
    assert result(ShellCommand(argv=("/usr/bin/env",)))["Stdout"] == ""
    assert result(sh("pwd; cat"))["Stdout"] == "/\n"
    assert result(sh("pwd", directory=str(tmp_path)))["Stdout"] == f"{tmp_path}\n"


def test_no_file_of_the_server_is_open_in_the_command(tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        assert result(sh(f"[ -e /proc/self/fd/{file.fileno()} ] && echo open || echo closed"))["Stdout"] == "closed\n"


def test_a_command_that_fails_names_its_status_and_what_it_wrote_last() -> None:
    assert failure(sh("echo begun; echo no such photo >&2; exit 3")) == (
        "Shell.ExitStatus",
        "The command ended with exit status 3. no such photo",
    )
    _, cause = failure(sh("seq 1 10000 >&2; exit 1"))
    assert cause is not None
    assert cause.endswith("9999\n10000")
    assert len(cause) < 5_000


def test_a_command_that_kills_itself() -> None:
    assert failure(sh("kill -9 $$")) == ("Shell.Killed", "The command was killed by signal 9.")


def test_a_command_that_is_not_there() -> None:
    error, cause = failure(ShellCommand(argv=("/nowhere/at/all",)))
    assert error == "Shell.CannotStart"
    assert cause is not None
    assert "No such file or directory" in cause


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are read from /proc")
def test_a_command_has_its_three_standard_streams_and_no_other_descriptor() -> None:
    assert result(sh("/bin/ls /proc/$$/fd"))["Stdout"].split() == ["0", "1", "2"]


@pytest.mark.parametrize("refusals", [1, 2, 3])
def test_a_command_that_the_system_has_no_room_for_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    left = [OSError(errno.EMFILE, "Too many open files")] * refusals
    start = process.Popen

    def start_later(*arguments: Any, **members: Any) -> Any:
        if left:
            raise left.pop()
        return start(*arguments, **members)

    monkeypatch.setattr(process, "Popen", start_later)
    monkeypatch.setattr(kind, "ROOM_PAUSES", (0.0, 0.0))
    found = outcome(sh("true"))
    if refusals < 3:
        assert isinstance(found, Succeeded)
    else:
        assert found == Failed("Shell.CannotStart", "'/bin/sh' cannot be started: [Errno 24] Too many open files")


def test_an_argument_that_is_too_long_for_the_system() -> None:
    assert failure(sh("true", "{word}"), {"word": "x" * 200_000})[0] == "Shell.CannotStart"


def pids(file: Path) -> list[int]:
    """The processes that a script has written down by now."""
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def with_a_child(file: Path, then: str) -> str:
    """A script that starts a process of its own, writes down both ids, and goes on."""
    return f"sleep 60 & echo $$ $! > {file}; {then}"


def gone(file: Path) -> Callable[[], bool]:
    return lambda: not any(alive(pid) for pid in pids(file))


def test_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    script = f"trap '' TERM; echo waiting >&2; {with_a_child(file, 'wait')}"

    async def main() -> TaskResult:
        kind, results = ShellTasks({"it": sh(script, timeout=600, environment={"PATH": "/bin:/usr/bin"})}), Results()
        kind.start(task("shell:it", {}, "{}"), results)
        await until(lambda: len(pids(file)) == 2)
        advance_loop_time(600)
        result = await results.first()
        await until(gone(file))
        return result

    cause = "The command ran for more than 600 seconds. waiting"
    assert asyncio.run(main()) == Failed("Shell.TimedOut", cause)


def test_a_command_that_has_ended_when_its_time_is_up_has_succeeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stands still: it has not been told of the end when the time limit ends."""
    file, noticing, wait = tmp_path / "id", threading.Event(), process.Popen.wait
    monkeypatch.setattr(process.Popen, "wait", lambda popen: noticing.wait() and wait(popen))

    async def main() -> TaskResult:
        kind, results = ShellTasks({"it": sh(f"echo $$ > {file}; echo done", timeout=600)}), Results()
        kind.start(task("shell:it", {}, "{}"), results)
        await until(lambda: pids(file) != [] and gone(file)())
        for _ in range(2):
            advance_loop_time(600)
            await loop_has_read()
        noticing.set()
        return await results.first()

    assert asyncio.run(main()) == Succeeded('{"ExitStatus":0,"Stdout":"done\\n","Stderr":""}')


def test_too_much_output_ends_the_command() -> None:
    assert failure(sh("yes", stdout_bytes_max=1000, environment={"PATH": "/bin:/usr/bin"})) == (
        "Shell.OutputTooLarge",
        "The command wrote more than 1000 bytes to stdout.",
    )


def test_output_up_to_its_limit_is_kept_whole() -> None:
    assert result(sh("printf 1234567890", stdout_bytes_max=10))["Stdout"] == "1234567890"
    assert failure(sh("printf 12345678901", stdout_bytes_max=10))[0] == "Shell.OutputTooLarge"


def test_of_stderr_the_end_is_kept() -> None:
    assert result(sh("printf 12345678901 >&2", stderr_bytes_max=10))["Stderr"] == "2345678901"


def test_what_a_command_leaves_behind_is_ended_with_it(tmp_path: Path) -> None:
    script = with_a_child(tmp_path / "ids", "echo done")
    assert result(sh(script, environment={"PATH": "/bin:/usr/bin"}))["Stdout"] == "done\n"
    asyncio.run(until(gone(tmp_path / "ids")))


def test_a_process_that_left_the_group_holds_nothing_up(tmp_path: Path) -> None:
    """It cannot be found any more, but it does not keep the task waiting for the end of the pipe that it holds."""
    file = tmp_path / "id"
    script = f"setsid sh -c 'echo $$ > {file}; exec sleep 60' & until [ -s {file} ]; do :; done; echo done"
    try:
        assert result(sh(script, environment={"PATH": "/bin:/usr/bin"}))["Stdout"] == "done\n"
        assert alive(pids(file)[0])
    finally:
        os.kill(pids(file)[0], signal.SIGKILL)


@both_loops
def test_it_is_the_same_in_both_event_loops(factory: Callable[[], Any], tmp_path: Path) -> None:
    file = tmp_path / "ids"
    path = {"PATH": "/bin:/usr/bin"}
    commands = {
        "well": sh("echo out; echo err >&2"),
        "long": sh(with_a_child(file, "wait"), timeout=0.3, environment=path),
        "much": sh("yes", stdout_bytes_max=10, environment=path),
    }

    async def body() -> None:
        kind, results = ShellTasks(commands), Results()
        for name in commands:
            kind.start(task(f"shell:{name}", {}, "{}", name), results)
        await until(lambda: len(results.given) == len(commands))
        await until(gone(file))
        assert dict(results.given) == {
            "well": Succeeded('{"ExitStatus":0,"Stdout":"out\\n","Stderr":"err\\n"}'),
            "long": Failed("Shell.TimedOut", "The command ran for more than 0.3 seconds."),
            "much": Failed("Shell.OutputTooLarge", "The command wrote more than 10 bytes to stdout."),
        }

    run_in(factory, body)


def running(body: Callable[[ShellTasks, Results, Path], Coroutine[Any, Any, None]], file: Path) -> None:
    """Runs `body` while a command and its child are at work."""

    async def main() -> None:
        environment = {"PATH": "/bin:/usr/bin"}
        kind, results = (
            ShellTasks({"it": sh(with_a_child(file, "wait"), environment=environment)}, processes_max=1),
            Results(),
        )
        kind.start(task("shell:it", {}, "{}", "one"), results)
        await until(lambda: file.exists() and len(pids(file)) == 2)
        await body(kind, results, file)
        await kind.close()
        assert results.given == []

    asyncio.run(main())


def test_cancel_ends_the_whole_group(tmp_path: Path) -> None:
    async def body(kind: ShellTasks, results: Results, file: Path) -> None:
        kind.cancel("one")
        await until(gone(file))

    running(body, tmp_path / "ids")


def test_close_ends_the_whole_group(tmp_path: Path) -> None:
    async def body(kind: ShellTasks, results: Results, file: Path) -> None:
        await kind.close()
        assert gone(file)()

    running(body, tmp_path / "ids")


@pytest.mark.parametrize("processes_max", [1, 2])
def test_only_so_many_run_at_once(processes_max: int, tmp_path: Path) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    script = f"echo begin >> {log}; until [ -e {go} ]; do /bin/sleep 0.01; done; echo end >> {log}"

    async def main() -> None:
        kind, results = ShellTasks({"it": sh(script)}, processes_max), Results()
        for number in range(4):
            kind.start(task("shell:it", {}, "{}", str(number)), results)
        await until(lambda: log.exists() and len(log.read_text().split()) == processes_max)
        go.touch()
        await until(lambda: len(results.given) == 4)

    asyncio.run(main())
    at_once = list(accumulate(1 if line == "begin" else -1 for line in log.read_text().split()))
    assert len(at_once) == 8
    assert max(at_once) == processes_max


def test_without_commands_there_is_no_such_kind() -> None:
    assert shell_kinds({}) == []


@pytest.mark.parametrize("resource", ["shell:other", "shell:", "shell:it.waitForTaskToken", "shell:it ", "it"])
def test_only_configured_commands_are_served(resource: str) -> None:
    (kind,) = shell_kinds({"it": ShellCommand(argv=("/bin/true",))})
    assert kind.accepts("shell:it")
    assert not kind.accepts(resource)
