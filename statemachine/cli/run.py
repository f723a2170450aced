"""`statemachine run`: one execution of a definition, without a server, each state shown as it happens."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statemachine.cli.exit_statuses import BY_STATUS, INTERRUPTED
from statemachine.cli.given_input import input_option, read_input, read_text
from statemachine.cli.refusals import Refusal
from statemachine.cli.setting_options import config_option, configuration_from, functions_option

if TYPE_CHECKING:
    from statemachine.cli.local import Followers, RunResult
    from statemachine.cli.progress import Reporter
    from statemachine.reads.timed_waits import TimedWait


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@input_option
@functions_option
@config_option
@click.option("--skip-waits", is_flag=True, help="Let the clock jump to the next timer instead of waiting for it.")
@click.option("--data", metavar="DIR", help="Keep the execution in this store (default: in memory).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the execution. No line for a state.")
def run(
    *,
    file: Path,
    input_: str,
    functions: tuple[str, ...],
    config_file: str | None,
    skip_waits: bool,
    data: str | None,
    as_json: bool,
) -> None:
    """Execute the definition in FILE and print its output; the exit status tells the outcome."""
    # Imported here, so that `run --help` loads no engine.
    import logging  # noqa: PLC0415

    from statemachine.cli.local import Followers, LocalRun, RunRefused  # noqa: PLC0415
    from statemachine.cli.progress import Reporter  # noqa: PLC0415
    from statemachine.cli.signals import run_until_signal  # noqa: PLC0415
    from statemachine.logs import configure_logs  # noqa: PLC0415
    from statemachine.service.names import as_name  # noqa: PLC0415
    from statemachine.validation import validate  # noqa: PLC0415
    from statemachine.validation.finding import errors, finding_lines  # noqa: PLC0415

    configure_logs(logging.WARNING, "console")
    settings = configuration_from({"functions": functions, "data": data}, config_file).settings
    definition, given = read_text(file), read_input(input_).text
    if wrong := errors(validate(definition)):
        raise Refusal("\n".join(line for finding in wrong for line in finding_lines(file, finding, definition)))
    reporter = Reporter(definition=json.loads(definition))
    try:
        with ExitStack() as stack:
            followers = Followers(_ignore) if as_json else _followers(reporter, stack, skip_waits=skip_waits)
            local = LocalRun(settings, durable=data is not None, skip_waits=skip_waits)
            result = run_until_signal(local.run(as_name(file.stem), definition, given, followers))
    except RunRefused as error:
        raise Refusal(str(error)) from None
    except KeyboardInterrupt:
        click.echo("statemachine: interrupted", err=True)
        sys.exit(INTERRUPTED)
    if as_json:
        _print_json(result)
    else:
        _print(result, reporter, data)
    sys.exit(BY_STATUS[result.status])


def _ignore(_: object) -> None:
    """Nothing is shown of what happens."""


def _followers(reporter: Reporter, stack: ExitStack, *, skip_waits: bool) -> Followers:
    """Lines on standard error. On a terminal, Maps have bars and waits count down below them."""
    from statemachine.cli.local import Followers  # noqa: PLC0415

    if not sys.stderr.isatty():
        return Followers(reporter)
    from rich.console import Console  # noqa: PLC0415

    from statemachine.cli.live_bars import LiveBars  # noqa: PLC0415
    from statemachine.safe_text import safe_line  # noqa: PLC0415

    bars = stack.enter_context(LiveBars(Console(stderr=True)))
    reporter.write = bars.write

    def show(waits: list[TimedWait]) -> None:
        named = {}
        for wait in () if skip_waits else waits:
            place = "" if wait.number is None else f"[{wait.number}]"
            named[f"{safe_line(wait.state)}{place}{' again' if wait.is_retry else ''}"] = wait.until
        bars.update(reporter.tree.root, named)

    return Followers(reporter, show)


def _print_json(result: RunResult) -> None:
    from statemachine.cli.json_output import echo_json  # noqa: PLC0415

    members = {
        "machine": result.machine,
        "name": result.name,
        "status": result.status,
        "seconds": round(result.seconds, 3),
        "output": None if result.output is None else json.loads(result.output),
        "error": result.error,
        "cause": result.cause,
    }
    echo_json({name: value for name, value in members.items() if value is not None or name == "output"})


def _print(result: RunResult, reporter: Reporter, data: str | None) -> None:
    from statemachine.cli.json_output import echo_json  # noqa: PLC0415

    if result.output is not None:
        echo_json(json.loads(result.output), indented=True)
    execution = f"{result.machine}/{result.name}"
    kept = "not kept; --data DIR keeps it"
    if data is not None:
        kept = f"kept in {data}: `statemachine serve --data {data}`, then `statemachine show {execution}`"
    reporter.write_end(result.status, result.seconds, result.error, result.cause, kept)
