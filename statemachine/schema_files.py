"""The JSON files of `schemas/`: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


@cache
def schema_folder() -> Path:
    """The folder that holds the schemas."""
    installed = _PACKAGE / "schemas"
    return installed if installed.is_dir() else _PACKAGE.parent / "schemas"


@cache
def read_schema(name: str) -> Any:
    """The content of a schema file. It is shared: do not change it."""
    return json.loads((schema_folder() / name).read_text(encoding="utf-8"))
