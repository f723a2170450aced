"""JSON values that a command prints, without effect on a terminal. Must not know where they come from."""

from __future__ import annotations

import json
from typing import Any

import click

from statemachine.json_text import dump
from statemachine.safe_text import safe


def echo_json(value: Any, *, indented: bool = False) -> None:
    """Print a JSON value in one line, or indented for people."""
    click.echo(safe(json.dumps(value, indent=2, ensure_ascii=False) if indented else dump(value)))
