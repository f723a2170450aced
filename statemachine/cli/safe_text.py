"""Text of others on a terminal: control characters and bidirectional controls are shown as escapes, and have no effect.

Every name, error, cause, payload and message that a command prints goes through this module.
"""

from __future__ import annotations

import json
import re
from typing import Any

import click

from statemachine.json_text import dump

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def safe(text: str) -> str:
    r"""The text with escapes such as `\u001b` for characters that change a terminal. Newlines and tabs are kept.

    JSON text is the same value afterwards.
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def safe_line(text: str) -> str:
    r"""As `safe`, in one line: a newline becomes `\n`, a tab `\t`."""
    return safe(text).replace("\n", "\\n").replace("\t", "\\t")


def echo_json(value: Any, *, indented: bool = False) -> None:
    """Print a JSON value in one line, or indented for people."""
    click.echo(safe(json.dumps(value, indent=2, ensure_ascii=False) if indented else dump(value)))
