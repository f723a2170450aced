"""The options that stand for settings, and the settings of the process that follow from them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import click

from statemachine.cli.refusals import Refusal
from statemachine.config import ConfigError, SettingsWithOrigins, read_settings_with_origins

CommandFunction = Callable[..., Any]

config_option = click.option("--config", "config_file", metavar="FILE", help="Settings (default ./statemachine.toml).")
functions_option = click.option(
    "--functions", multiple=True, metavar="MODULE", help="Python module or file whose functions tasks may call."
)

SERVER_OPTIONS = {
    "host": click.option("--host", help="Address to bind (default 127.0.0.1)."),
    "port": click.option("--port", type=int, help="Port to bind, 1 to 65535 (default 8083)."),
    "data": click.option("--data", metavar="DIR", help="Directory that holds the store (default statemachine-data)."),
    "definitions": click.option("--definitions", metavar="DIR", help="Directory whose definitions are registered."),
    "functions": functions_option,
    "workers": click.option(
        "--workers", type=int, help="Number of processes that run functions, 1 or more (default 4)."
    ),
    "allow_unauthenticated": click.option(
        "--allow-unauthenticated", is_flag=True, default=None, help="Bind an address that others can reach."
    ),
}
"""The options of `serve`, by the names of the settings that they stand for."""


def with_configuration(command: CommandFunction) -> CommandFunction:
    """Add the options of `serve` to a command. The command is called with `configuration` in their place."""

    @wraps(command)
    def called(config_file: str | None, **given: Any) -> Any:
        options = {name: given.pop(name) for name in SERVER_OPTIONS}
        return command(configuration=configuration_from(options, config_file), **given)

    for option in reversed((config_option, *SERVER_OPTIONS.values())):
        called = option(called)
    return called


def configuration_from(options: Mapping[str, Any], config_file: str | None) -> SettingsWithOrigins:
    """The settings in force. `options` are values by setting; None and () mean that an option was not given.

    Raises Refusal.
    """
    given = {name: None if value == () else value for name, value in options.items()}
    try:
        return read_settings_with_origins(os.environ, given, config_file)
    except ConfigError as error:
        raise Refusal(str(error)) from None
