"""`statemachine serve`: the server, in the foreground, until a signal ends it."""

from __future__ import annotations

import click

from statemachine.cli.refusals import Refusal
from statemachine.cli.setting_options import with_configuration
from statemachine.config import ConfigError, SettingsWithOrigins


@click.command()
@with_configuration
def serve(configuration: SettingsWithOrigins) -> None:
    """Serve the AWS API and the REST API on one port."""
    from statemachine.server.serve import serve as run_server  # noqa: PLC0415

    try:
        run_server(configuration.settings)
    except ConfigError as error:
        raise Refusal(str(error)) from None
