"""Text of others for a terminal: characters that would change it are shown as escapes. Must not know its origin."""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def safe(text: str) -> str:
    r"""The text with escapes such as `\u001b` for characters that change a terminal. Newlines and tabs are kept.

    JSON text is the same value afterwards.
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def safe_line(text: str) -> str:
    r"""As `safe`, in one line: a newline becomes `\n`, a tab `\t`."""
    return safe(text).replace("\n", "\\n").replace("\t", "\\t")
