"""`statemachine config`: every setting in force, and its origin."""

from __future__ import annotations

import json

import click
import msgspec

from statemachine.cli.setting_options import with_configuration
from statemachine.config import SettingsWithOrigins
from statemachine.config.addresses import without_password

HIDDEN = "…"


@click.command()
@with_configuration
@click.option("--json", "as_json", is_flag=True, help="One JSON object, and nothing else.")
def config(configuration: SettingsWithOrigins, as_json: bool) -> None:
    """Print every setting in force, and its origin.

    `serve` runs with these settings when it is given the same options.
    """
    values = msgspec.to_builtins(configuration.settings)
    for command in values["shell"].values():
        # The values of variables may be secrets, and others may see the terminal.
        command["environment"] = dict.fromkeys(command["environment"], HIDDEN)
    if values["lambda_endpoint"] is not None:
        values["lambda_endpoint"] = without_password(values["lambda_endpoint"])
    origins = configuration.origins
    if as_json:
        shown = {name: {"value": value, "origin": origins[name]} for name, value in values.items()}
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    name_width, value_width = max(map(len, texts)), max(len(text) for text in texts.values() if len(text) <= 40)
    for name, text in texts.items():
        click.echo(f"{name:{name_width}}  {text:{value_width}}  {origins[name]}")
