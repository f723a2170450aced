"""`statemachine serve`: what is said on the command line reaches the server, and what makes no sense is refused."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from statemachine.cli.main import main
from statemachine.config import Settings
from statemachine.server import serve as module


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings with which a server would have run."""
    settings: list[Settings] = []
    monkeypatch.setattr(module, "serve", settings.append)
    return settings


def serve(*options: str) -> Result:
    return CliRunner().invoke(main, ["serve", *options])


def test_without_options_the_defaults_hold(served: list[Settings]) -> None:
    assert serve().exit_code == 0
    assert served == [Settings()]


def test_options_come_before_the_environment(served: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATEMACHINE_PORT", "1")
    monkeypatch.setenv("STATEMACHINE_WORKERS", "2")
    options = ("--host", "0.0.0.0", "--port", "9", "--data", "d", "--functions", "a", "--functions", "b")
    assert serve(*options, "--allow-unauthenticated").exit_code == 0
    assert served == [
        Settings(host="0.0.0.0", port=9, data="d", functions=("a", "b"), workers=2, allow_unauthenticated=True)
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--port", "http"), "'http' is not a valid integer"),
        (("--port", "70000"), "--port: expected a whole number <= 65535"),
        (("--workers", "0"), "--workers: expected a whole number >= 1"),
        (("--host", ""), "--host: expected text, not empty"),
    ],
)
def test_what_makes_no_sense_is_refused(options: tuple[str, ...], told: str, served: list[Settings]) -> None:
    result = serve(*options)
    assert (result.exit_code, served) == (2, [])
    assert told in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "example.com"])
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    result = serve("--host", host)
    assert result.exit_code == 2
    assert f"statemachine: host {host}: the server has no authentication" in result.stderr
    assert "--allow-unauthenticated" in result.stderr


@pytest.mark.parametrize(("variable", "value"), [("WEB_CONCURRENCY", "2"), ("GUNICORN_CMD_ARGS", "--reload")])
def test_what_would_change_gunicorn_is_refused(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    result = serve()
    assert result.exit_code == 2
    assert variable in result.stderr


def test_help_and_version() -> None:
    for command in ("run", "serve", "validate"):
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0
    assert "statemachine" in CliRunner().invoke(main, ["--version"]).output
