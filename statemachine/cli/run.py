"""`statemachine run`: one execution of a definition, without a server, each state shown as it happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statemachine.cli.exit_statuses import BY_STATUS, INTERRUPTED
from statemachine.cli.given_input import input_option, read_input, read_text
from statemachine.cli.refusals import Refusal
from statemachine.cli.setting_options import config_option, configuration_from, functions_option

if TYPE_CHECKING:
    from statemachine.cli.local import RunResult


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@input_option
@functions_option
@config_option
@click.option("--skip-waits", is_flag=True, help="Let the clock jump to the next timer instead of waiting for it.")
@click.option("--data", metavar="DIR", help="Keep the execution in this store (default: in memory).")
def run(
    *, file: Path, input_: str, functions: tuple[str, ...], config_file: str | None, skip_waits: bool, data: str | None
) -> None:
    """Execute the definition in FILE and print its output; the exit status tells the outcome."""
    # Imported here, so that `run --help` loads no engine.
    import logging  # noqa: PLC0415

    from statemachine.cli.local import LocalRun, RunRefused  # noqa: PLC0415
    from statemachine.cli.progress import make_reporter  # noqa: PLC0415
    from statemachine.cli.signals import run_until_signal  # noqa: PLC0415
    from statemachine.logs import configure_logs  # noqa: PLC0415
    from statemachine.service.names import as_name  # noqa: PLC0415
    from statemachine.validation import validate  # noqa: PLC0415
    from statemachine.validation.finding import errors, finding_line  # noqa: PLC0415

    configure_logs(logging.WARNING)
    settings = configuration_from({"functions": functions, "data": data}, config_file).settings
    definition, given = read_text(file), read_input(input_).text
    if wrong := errors(validate(definition)):
        raise Refusal("\n".join(finding_line(file, finding) for finding in wrong))
    try:
        local = LocalRun(settings, durable=data is not None, skip_waits=skip_waits)
        result = run_until_signal(local.run(as_name(file.stem), definition, given, make_reporter()))
    except RunRefused as error:
        raise Refusal(str(error)) from None
    except KeyboardInterrupt:
        click.echo("statemachine: interrupted", err=True)
        sys.exit(INTERRUPTED)
    _report(result, click.echo)
    sys.exit(BY_STATUS[result.status])


def _report(result: RunResult, echo: Callable[..., None]) -> None:
    if result.output is not None:
        echo(json.dumps(json.loads(result.output), indent=2, ensure_ascii=False))
    else:
        echo(f"{result.status} {result.error or ''}: {result.cause or ''}".rstrip(": "), err=True)
