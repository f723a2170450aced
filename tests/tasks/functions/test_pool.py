"""Worker processes: shared, killed, replaced, and gone when the server is. Real processes under both event loops."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import uvloop
from structlog.testing import capture_logs

from statemachine.processes import process
from statemachine.processes.pipes import LINES_AT_ONCE
from statemachine.tasks.functions.invocation import InvocationFailure
from statemachine.tasks.functions.loading import FunctionsError
from statemachine.tasks.functions.pool import FunctionPool
from tests.processes.loops import Body, run_in
from tests.processes.waiting import alive, until
from tests.tasks.calls import REQUEST_ID
from tests.tasks.functions.calls import FUNCTIONS, invocation, running_pool


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Body], None]:
    """Runs a coroutine function in a loop of that kind."""
    return partial(run_in, request.param)


async def call(pool: FunctionPool, name: str, event: object = None) -> object:
    """The result of a function that succeeds."""
    response = await pool.invoke(invocation(name, json.dumps(event)))
    assert not response.function_error, response.payload
    return json.loads(response.payload)


@pytest.mark.parametrize(
    ("name", "event", "reason"),
    [
        ("exit_at_once", 3, "with error: exit status 3"),
        ("exit_at_once", 0, "without providing a reason"),
        ("exit_in_order", 7, "with error: exit status 7"),
        ("crash", 0, "with error: signal: segmentation fault"),
        ("die_from_a_thread", 0, "with error: exit status 9"),
    ],
)
def test_worker_that_dies_fails_its_own_call_only(run, name: str, event: int, reason: str) -> None:
    async def body() -> None:
        async with running_pool(workers_max=2) as pool:
            slow = asyncio.create_task(call(pool, "sleep", 0.2))
            response = await pool.invoke(invocation(name, str(event)))
            assert response.function_error
            message = f"RequestId: {REQUEST_ID} Error: Runtime exited {reason}"
            assert response.payload == f'{{"errorType":"Runtime.ExitError","errorMessage":"{message}"}}'
            assert await call(pool, "echo", "next") == "next"
            assert await slow == 0.2

    run(body)


def test_death_is_noticed_though_a_child_holds_the_pipes(run, tmp_path: Path) -> None:
    async def body() -> None:
        written = tmp_path / "pid"
        async with running_pool() as pool:
            response = await pool.invoke(invocation("crash_with_child_left", json.dumps(str(written))))
            child = int(written.read_text())
            try:
                assert "exit status 1" in response.payload
                assert alive(child)
            finally:
                os.kill(child, signal.SIGKILL)

    run(body)


def test_a_forked_process_that_returns_gives_no_result(run) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            assert await call(pool, "fork_and_raise") == "from the worker"
            assert [await call(pool, "echo", number) for number in range(3)] == [0, 1, 2]

    run(body)


def test_calls_share_the_workers(run) -> None:
    async def body() -> None:
        async with running_pool(workers_max=3) as pool:
            processes = await asyncio.gather(*(call(pool, "process") for _ in range(50)))
            assert 1 <= len(set(processes)) <= 3
            results = await asyncio.gather(*(call(pool, "echo", number) for number in range(50)))
            assert results == list(range(50))

    run(body)


def test_workers_run_side_by_side(run, tmp_path: Path) -> None:
    async def body() -> None:
        async with running_pool(workers_max=3) as pool:
            event = {"at": str(tmp_path), "count": 3}
            assert len(set(await asyncio.gather(*(call(pool, "meet", event) for _ in range(3))))) == 3

    run(body)


def test_cancelled_call_loses_its_worker_and_the_next_one_gets_a_new_one(run) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            process = await call(pool, "process")
            running = asyncio.create_task(call(pool, "loop_for_ever"))
            await asyncio.sleep(0)
            waiting = asyncio.create_task(call(pool, "process"))
            await asyncio.sleep(0)
            running.cancel()
            assert await waiting != process
            await until(lambda: not alive(int(str(process))))
            assert running.cancelled()

    run(body)


def test_cancel_kills_what_the_function_has_started(run, tmp_path: Path) -> None:
    async def body() -> None:
        written = tmp_path / "pid"
        async with running_pool() as pool:
            running = asyncio.create_task(call(pool, "child_process", str(written)))
            await until(lambda: written.exists() and written.read_text() != "")
            running.cancel()
            await until(lambda: not alive(int(written.read_text())))

    run(body)


def test_cancel_in_the_queue(run, tmp_path: Path) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            first = asyncio.create_task(call(pool, "wait_for_file", str(tmp_path / "go")))
            await asyncio.sleep(0)
            dropped = asyncio.create_task(call(pool, "wait_for_file", str(tmp_path / "never")))
            last = asyncio.create_task(call(pool, "process"))
            await asyncio.sleep(0)
            dropped.cancel()
            (tmp_path / "go").touch()
            assert await first == await last

    run(body)


def test_idle_worker_that_was_killed_is_replaced(run) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            process = int(str(await call(pool, "process")))
            os.kill(process, signal.SIGKILL)
            await until(lambda: not pool.pids)
            assert await call(pool, "process") != process

    run(body)


def test_an_import_continues_when_the_call_that_began_it_is_cancelled(run, tmp_path: Path) -> None:
    """Otherwise a task whose time-out is shorter than the import would never succeed, however often it is tried."""

    async def body() -> None:
        source, imports, go = tmp_path / "t_slow.py", tmp_path / "imports", tmp_path / "go"
        source.write_text("import os\ndef process(event): return os.getpid()\ndef stop(event): os._exit(1)")
        async with running_pool(sources=(str(source),)) as pool:
            note = f"import time\nopen({str(imports)!r}, 'a').write('x')\n"
            wait = f"while not __import__('os').path.exists({str(go)!r}): time.sleep(0.005)\n"
            source.write_text(note + wait + source.read_text())
            await pool.invoke(invocation("stop"))
            cancelled = asyncio.create_task(call(pool, "process"))
            await until(imports.exists)
            cancelled.cancel()
            go.touch()
            await call(pool, "process")
            assert imports.read_text() == "x"

    run(body)


def test_what_functions_print_arrives_by_line_and_never_in_the_answer(run) -> None:
    async def body() -> None:
        printed: list[tuple[str, str]] = []
        async with running_pool(on_printed=lambda function, line: printed.append((function, line))) as pool:
            assert await call(pool, "prints") == "done"
            await until(lambda: len(printed) == 5)
        lines = ["by print é", "to stderr", "by the system", "by a child", "half a line"]
        assert printed == [("prints", line) for line in lines]

    run(body)


def test_traceback_of_a_failure_is_printed(run) -> None:
    async def body() -> None:
        printed: list[str] = []
        async with running_pool(on_printed=lambda function, line: printed.append(line)) as pool:
            await pool.invoke(invocation("raise_chained"))
            await until(lambda: printed[-1:] == ["ValueError: ('outer', 2)"])
        assert "operator_functions.CustomException" in printed

    run(body)


def test_a_line_of_a_function_does_not_change_the_terminal(run) -> None:
    async def body() -> None:
        printed: list[str] = []
        async with running_pool(on_printed=lambda function, line: printed.append(line)) as pool:
            await call(pool, "print_text", "é\t\x1b[2J\x9b\u202e")
            await until(lambda: len(printed) == 1)
        assert printed == ["é\t\\u001b[2J\\u009b\\u202e"]

    run(body)


def test_records_of_logging_are_printed_as_lambda_prints_them(run) -> None:
    async def body() -> None:
        printed: list[str] = []
        async with running_pool(on_printed=lambda function, line: printed.append(line)) as pool:
            assert await call(pool, "logs") is None
            await until(lambda: len(printed) == 2)
        level, time, request, message = printed[0].split("\t")
        assert (level, request, message) == ("[INFO]", REQUEST_ID, "by logging")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
        assert printed[1] == "by the context"

    run(body)


def test_printed_traceback_has_the_frames_of_the_functions_alone(run) -> None:
    async def body() -> None:
        printed: list[str] = []
        async with running_pool(on_printed=lambda function, line: printed.append(line)) as pool:
            for name in ("raise_chained", "failing_coroutine"):
                await pool.invoke(invocation(name))
            await until(lambda: printed[-1:] == ["LookupError: not there"])
        frames = [line.split('"')[1] for line in printed if line.startswith("  File ")]
        assert set(frames) == {FUNCTIONS}
        assert len(frames) == 4

    run(body)


def test_flood_of_lines_does_not_hold_up_other_calls(run) -> None:
    async def body() -> None:
        lines = 0

        def count(function: str, line: str) -> None:
            nonlocal lines
            lines += 1

        async with running_pool(workers_max=2, on_printed=count) as pool:
            flood = asyncio.create_task(call(pool, "print_for_ever"))
            await until(lambda: lines > LINES_AT_ONCE)
            assert await asyncio.gather(*(call(pool, "echo", number) for number in range(100))) == list(range(100))
            assert not flood.done()
            flood.cancel()

    run(body)


def test_asynchronous_call_is_accepted_before_it_has_run(run, tmp_path: Path) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            event = json.dumps(str(tmp_path / "go"))
            response = await pool.invoke(invocation("wait_for_file", event, invocation_type="Event"))
            assert (response.status, response.payload) == (202, "")
            (tmp_path / "go").touch()
            assert await call(pool, "echo", 1) == 1

    run(body)


def test_close_ends_all_workers_and_leaves_no_zombie(run) -> None:
    async def body() -> None:
        async with running_pool(workers_max=3) as pool:
            looping = asyncio.create_task(pool.invoke(invocation("loop_for_ever")))
            await asyncio.sleep(0)
            assert await call(pool, "echo", 1) == 1
            await until(lambda: len(pool.pids) == 2)
            processes = pool.pids
            await pool.close()
            for process in processes:
                with pytest.raises(ProcessLookupError):
                    os.kill(process, 0)
            assert "signal: killed" in (await looping).payload

    run(body)


def test_worker_has_no_listening_socket_of_the_server(run) -> None:
    async def body() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.set_inheritable(True)
            async with running_pool() as pool:
                assert await call(pool, "open_sockets") == 0

    run(body)


SERVER = """
import asyncio, json, os, sys
from statemachine.tasks.functions.pool import FunctionPool
from tests.processes.loops import Body, run_in
from tests.processes.waiting import until
from tests.tasks.functions.calls import FUNCTIONS, invocation

async def serve(directory):
    pool = FunctionPool([FUNCTIONS], 2)
    await pool.start()
    event = json.dumps({"at": directory, "count": 2, "stay": True})
    running = asyncio.gather(*(pool.invoke(invocation("meet", event)) for _ in range(2)))
    await until(lambda: len(os.listdir(directory)) == 2)
    print(*pool.pids, flush=True)
    await running

asyncio.run(serve(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker ends after its call")
def test_workers_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    workers: list[int] = []
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            workers = [int(word) for word in server.stdout.readline().split()]
            running = [alive(worker) for worker in workers]
            server.kill()
            assert running == [True, True]
            asyncio.run(until(lambda: not any(alive(worker) for worker in workers)))
        finally:
            server.kill()
            for worker in filter(alive, workers):
                os.kill(worker, signal.SIGKILL)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("import t_missing", "ModuleNotFoundError: No module named 't_missing'"),
        ("import os\nos._exit(5)", "The process that imports the functions ended: exit status 5"),
        ("import ctypes\nctypes.string_at(0)", "ended: signal: segmentation fault"),
    ],
)
def test_sources_that_fail_at_the_start(run, tmp_path: Path, content: str, message: str) -> None:
    async def body() -> None:
        source = tmp_path / "t_broken.py"
        source.write_text(content)
        pool = FunctionPool([str(source)], 1, lambda function, line: None)
        with pytest.raises(FunctionsError) as caught:
            await pool.start()
        assert message in str(caught.value)
        await pool.close()

    run(body)


def test_same_name_in_two_sources_is_refused_at_the_start(tmp_path: Path) -> None:
    async def body() -> None:
        other = tmp_path / "t_other.py"
        other.write_text("def echo(event): ...")
        pool = FunctionPool([FUNCTIONS, str(other)], 1)
        with pytest.raises(FunctionsError, match=f"Both '{FUNCTIONS}' and '{other}' have a function named 'echo'"):
            await pool.start()
        await pool.close()

    asyncio.run(body())


def test_sources_that_fail_later_fail_the_call(tmp_path: Path) -> None:
    async def body() -> None:
        source = tmp_path / "t_changed.py"
        source.write_text("import os\ndef stop(event): os._exit(1)")
        async with running_pool(sources=(str(source),)) as pool:
            source.write_text("def stop(:")
            await pool.invoke(invocation("stop"))
            response = await pool.invoke(invocation("stop"))
            assert response.function_error
            assert json.loads(response.payload)["errorType"] == "Runtime.ImportModuleError"
            source.write_text("def start(event): ...")
            response = await pool.invoke(invocation("stop"))
            assert json.loads(response.payload)["errorType"] == "Runtime.HandlerNotFound"

    asyncio.run(body())


def test_a_changed_file_is_taken_up_by_new_workers(tmp_path: Path) -> None:
    """A module that the source imports counts too; the call under way ends with the old code."""

    async def body() -> None:
        source, prices, go = tmp_path / "t_till.py", tmp_path / "t_prices.py", tmp_path / "go"
        source.write_text(
            "import os, t_prices\nfrom pathlib import Path\ndef price(path):\n"
            "    while path and not Path(path).exists(): pass\n    return t_prices.PRICE"
        )
        prices.write_text("PRICE = 7")
        async with running_pool(workers_max=2, sources=(str(source),)) as pool:
            await pool.refresh()
            before = pool.pids
            under_way = asyncio.create_task(call(pool, "price", str(go)))
            await asyncio.sleep(0)
            prices.write_text("PRICE = 80")
            with capture_logs() as logs:
                await pool.refresh()
            assert logs == [{"event": "functions reloaded", "log_level": "info", "files": [str(prices)]}]
            assert await call(pool, "price") == 80
            assert before & pool.pids
            go.touch()
            assert await under_way == 7
            await until(lambda: not before & pool.pids)
            assert await call(pool, "price") == 80

    asyncio.run(body())


def test_files_are_looked_at_while_the_pool_runs(tmp_path: Path) -> None:
    async def body() -> None:
        source = tmp_path / "t_till.py"
        source.write_text("def price(event): return 7")
        async with running_pool(sources=(str(source),), poll_seconds=0.005) as pool:
            source.write_text("def costs(event): return 8")
            await until(lambda: pool.function_names == {"costs"})

    asyncio.run(body())


def test_a_changed_file_with_a_mistake_leaves_the_functions_as_they_are(tmp_path: Path) -> None:
    async def body() -> None:
        source = tmp_path / "t_till.py"
        source.write_text("def price(event): return 7")
        async with running_pool(sources=(str(source),)) as pool:
            source.write_text("PRICE = 1 / 0")
            with capture_logs() as logs:
                await pool.refresh()
                await pool.refresh()
            [line] = logs
            assert (line["event"], line["files"]) == ("functions not reloaded", [str(source)])
            assert line["error"] == f"Unable to import module '{source}': ZeroDivisionError: division by zero"
            assert line["exception"].splitlines()[0] == f'  File "{source}", line 1, in <module>'
            assert await call(pool, "price") == 7
            source.write_text("def cost(event): return 8")
            await pool.refresh()
            assert pool.function_names == {"cost"}

    asyncio.run(body())


def no_room(*_: object, **__: object) -> None:
    """Stands in for the start of a process."""
    raise OSError(24, "Too many open files")


async def end_worker(pool: FunctionPool) -> None:
    """Kill the only worker, and wait until it is gone."""
    (worker,) = pool.pids
    os.kill(worker, signal.SIGKILL)
    await until(lambda: not pool.pids)


def test_a_lack_of_file_descriptors_is_a_failure_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        async with running_pool() as pool:
            await end_worker(pool)
            monkeypatch.setattr(process, "Popen", no_room)
            with pytest.raises(InvocationFailure) as failed:
                await pool.invoke(invocation("echo"))
        assert (failed.value.error, failed.value.cause) == (
            "Lambda.ServiceException",
            "The process that imports the functions cannot be started: [Errno 24] Too many open files (Service: "
            f"AWSLambda; Status Code: 500; Error Code: ServiceException; Request ID: {REQUEST_ID}; Proxy: null)",
        )

    asyncio.run(body())


def test_an_asynchronous_call_that_cannot_run_disturbs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        unhandled: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: unhandled.append(context))
        async with running_pool() as pool:
            await end_worker(pool)
            monkeypatch.setattr(process, "Popen", no_room)
            assert (await pool.invoke(invocation("echo", invocation_type="Event"))).status == 202
            await asyncio.sleep(0)  # its task runs up to its first wait
            with pytest.raises(InvocationFailure):
                await pool.invoke(invocation("echo"))
        gc.collect()
        assert unhandled == []

    asyncio.run(body())


def test_modules_of_the_working_directory_do_not_take_the_place_of_installed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("asyncio", "json", "msgspec", "statemachine"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('a module of the working directory')")
    (tmp_path / "launch.py").write_text("PRICE = 7")  # a name that `launch` in our package has, too
    (tmp_path / "t_till.py").write_text("from launch import PRICE\nasync def price(event): return PRICE")
    monkeypatch.chdir(tmp_path)

    async def body() -> None:
        for source in ("t_till", "t_till.py"):
            async with running_pool(sources=(source,)) as pool:
                assert await call(pool, "price") == 7

    asyncio.run(body())


def test_names_are_known_after_the_start() -> None:
    async def body() -> None:
        async with running_pool() as pool:
            assert pool.has_function("echo")
            assert not pool.has_function("_deeper")
            assert not pool.has_function("CustomException")

    asyncio.run(body())
