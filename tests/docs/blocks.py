"""The blocks of code on a page, run as they are typed: in the folder of a clone, with this environment's programs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.server.real_server import RealServer

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent


def blocks(page: str, language: str) -> list[str]:
    """The blocks of that language on a page, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def here(text: str, server: RealServer | None = None) -> str:
    """A block with this environment's programs, and the port of the server."""
    text = text.replace(".venv/bin/", f"{SCRIPTS}/")
    return text if server is None else text.replace("8083", str(server.port))


def shell(text: str, server: RealServer | None = None) -> str:
    """What a block prints. A request that is refused fails, as curl alone would not."""
    environment = {"PATH": f"{SCRIPTS}:{os.defpath}"}
    if server is not None:
        environment["STATEMACHINE_SERVER"] = f"http://127.0.0.1:{server.port}"
    text = re.sub(r"\bcurl -s\b", "curl -sS --fail -w '\\\\n'", here(text, server))
    ran = subprocess.run(
        ["sh", "-eu", "-c", text], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
