"""Text of others for a terminal: characters that would change it are shown as escapes. Must not know its origin."""

from __future__ import annotations


def visible(line: str) -> str:
    r"""The line with escapes such as `\u001b` for control characters, bidirectional controls and lone surrogates. Tabs
    are kept."""
    return "".join(one if one.isprintable() or one == "\t" else f"\\u{ord(one):04x}" for one in line)
