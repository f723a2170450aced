"""Which variables of the server's environment functions get. Must not know functions.

All others may be secret: credentials, passwords in URLs, the settings of the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

HANDED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TEMP", "TMP", "TZ", "LANG", "LANGUAGE", "LC_*", "XDG_*"),
    *("PYTHON*", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"),
    *("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
)
"""Always handed on: what Python and its packages need to find files, languages and certificates."""
_NEVER = "STATEMACHINE_*"
"""The settings of the server itself."""


def handed_on(names: Iterable[str], more: Sequence[str]) -> list[str]:
    """Those of the `names` that functions get. `more` are further names; a `*` at the end stands for any characters."""
    patterns = (*HANDED_ON, *more)
    return [
        name
        for name in names
        if not fnmatchcase(name, _NEVER) and any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
