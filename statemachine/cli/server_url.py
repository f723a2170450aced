"""The server that a command asks: --server, STATEMACHINE_SERVER, or the host and port that `serve` would take."""

from __future__ import annotations

import os
from pathlib import Path

import click

DEFAULT = "http://127.0.0.1:8083"
_SETTINGS_FILE = "statemachine.toml"
_VARIABLES = ("STATEMACHINE_HOST", "STATEMACHINE_PORT", "STATEMACHINE_CONFIG")
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that `serve` can bind but a client cannot reach, each with the one to ask instead."""


def default_url() -> str:
    """The URL of the server that `serve` would start here. Raises Refusal for wrong settings."""
    if not Path(_SETTINGS_FILE).exists() and not any(map(os.environ.get, _VARIABLES)):
        return DEFAULT  # without the cost of reading settings
    from statemachine.cli.setting_options import configuration_from  # noqa: PLC0415

    settings = configuration_from({}, None).settings
    host = _EVERY_ADDRESS.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


server_option = click.option(
    "--server",
    "url",
    metavar="URL",
    envvar="STATEMACHINE_SERVER",
    show_envvar=True,
    default=default_url,
    help=f"The server to ask (default {DEFAULT}, or host and port of {_SETTINGS_FILE}).",
)
