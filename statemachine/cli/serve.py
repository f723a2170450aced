"""`statemachine serve`: both APIs on one port until a signal ends them."""

from __future__ import annotations

import os
import sys

import click

from statemachine.config import ConfigError, settings_from


@click.command()
@click.option("--host", help="Address to bind (default 127.0.0.1).")
@click.option("--port", type=int, help="Port to bind (default 8083).")
@click.option("--data", metavar="DIR", help="Directory that holds the store (default statemachine-data).")
@click.option(
    "--functions", multiple=True, metavar="MODULE", help="Python module or file whose functions tasks may call."
)
@click.option("--workers", type=int, help="How many functions run at once (default 4).")
@click.option("--allow-unauthenticated", is_flag=True, default=None, help="Bind an address that others can reach.")
def serve(**given: object) -> None:
    """Serve the AWS API and the REST API on one port."""
    from statemachine.server.serve import serve as run_server  # noqa: PLC0415

    options = {name: value for name, value in given.items() if value not in (None, ())}
    try:
        run_server(settings_from(os.environ, options))
    except ConfigError as error:
        click.echo(f"statemachine: {error}", err=True)
        sys.exit(2)
