"""What an installed wheel must do, in a folder without the repository: run a definition, serve, execute, show, stop.

Run by `.ci/run` with the environment in which the wheel is installed.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import statemachine

COMMAND = str(Path(sys.executable).parent / "statemachine")
FUNCTIONS = ("--functions", "definitions/functions.py")
PATIENCE_SECONDS = 60.0


def ran(*arguments: str) -> str:
    """What the command prints on standard output."""
    return subprocess.run([COMMAND, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health/ready").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server is not ready")


def main() -> None:
    assert ".venv" in statemachine.__file__, statemachine.__file__
    assert statemachine.DISTRIBUTION.replace("-", "_") in {path.name.split("-")[0] for path in Path().glob("*.whl")}
    order = Path("definitions/order.json").read_text()
    assert json.loads(ran("run", "definitions/order.json", "--input", "@definitions/inputs/order.json", *FUNCTIONS))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([COMMAND, "serve", "--port", port, "--data", "data", *FUNCTIONS])
    try:
        wait_until_ready(url, server)
        body = json.dumps({"name": "order", "definition": json.loads(order)}).encode()
        urllib.request.urlopen(f"{url}/api/v1/state-machines", body).close()
        urllib.request.urlopen(f"{url}/api/v1/aws-requests.schema.json").close()
        arguments = ("--server", url)
        ran("start", "order", "--name", "first", "--input", "@definitions/inputs/order.json", *arguments)
        ran("watch", "order/first", *arguments)
        assert "SUCCEEDED" in ran("show", "order/first", *arguments)
    finally:
        server.send_signal(signal.SIGTERM)
    assert server.wait(PATIENCE_SECONDS) == 0
    sys.stdout.write("the wheel works\n")


if __name__ == "__main__":
    main()
