"""`statemachine run`: one execution of a definition, without a server, each state shown as it happens."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from statemachine.cli.local import LocalRun, Outcome, Refused
from statemachine.cli.progress import make_reporter
from statemachine.config import ConfigError, settings_from
from statemachine.logs import configure_logs
from statemachine.service.names import as_name

EXIT_CODES = {"SUCCEEDED": 0, "FAILED": 1, "TIMED_OUT": 1, "ABORTED": 1}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--input", "input_", default="{}", metavar="JSON|@FILE", help="The input (default {}).")
@click.option(
    "--functions", multiple=True, metavar="MODULE", help="Python module or file whose functions tasks may call."
)
@click.option("--skip-waits", is_flag=True, help="Let the clock jump to the next timer instead of waiting for it.")
@click.option("--data", metavar="DIR", help="Keep the execution in this store (default: in memory).")
def run(file: Path, input_: str, functions: tuple[str, ...], skip_waits: bool, data: str | None) -> None:
    """Execute the definition in FILE and print its output; the exit status tells the outcome."""
    configure_logs(logging.WARNING)
    given = {"functions": functions, "data": data} if functions else {"data": data}
    try:
        settings = settings_from(os.environ, given)
        local = LocalRun(settings, durable=data is not None, skip_waits=skip_waits)
        outcome = asyncio.run(local.run(as_name(file.stem), _read(file), _input(input_), make_reporter()))
    except (ConfigError, Refused) as error:
        click.echo(f"statemachine: {error}", err=True)
        sys.exit(2)
    _report(outcome, click.echo)
    sys.exit(EXIT_CODES[outcome.status])


def _report(outcome: Outcome, echo: Callable[..., None]) -> None:
    if outcome.output is not None:
        echo(json.dumps(json.loads(outcome.output), indent=2, ensure_ascii=False))
    else:
        echo(f"{outcome.status} {outcome.error or ''}: {outcome.cause or ''}".rstrip(": "), err=True)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: no UTF-8 text (byte {error.start})") from None


def _input(given: str) -> str:
    if not given.startswith("@"):
        return given
    path = Path(given[1:])
    if not path.is_file():
        raise click.BadParameter(f"{path} is no file", param_hint="--input")
    return _read(path)
