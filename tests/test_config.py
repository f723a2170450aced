"""Settings: from the environment and the command line, and refused by name where they make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from statemachine.config import ConfigError, Settings, settings_from


def test_without_anything_there_are_the_defaults() -> None:
    assert settings_from({}, {}) == Settings()
    assert Settings().store_path.as_posix() == "statemachine-data/statemachine.db"


@pytest.mark.parametrize(
    ("environment", "name", "value"),
    [
        ({"AWS_ACCOUNT_ID": "123456789012"}, "account", "123456789012"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "region", "eu-west-1"),
        ({"STATEMACHINE_HOST": "::1"}, "host", "::1"),
        ({"STATEMACHINE_PORT": "9000"}, "port", 9000),
        ({"STATEMACHINE_DATA": "/var/lib/x"}, "data", "/var/lib/x"),
        ({"STATEMACHINE_FUNCTIONS": "a.py, b"}, "functions", ("a.py", "b")),
        ({"STATEMACHINE_WORKERS": "9"}, "workers", 9),
        ({"STATEMACHINE_ALLOW_UNAUTHENTICATED": "true"}, "allow_unauthenticated", True),
        ({"AWS_ENDPOINT_URL": "http://a:1"}, "lambda_endpoint", "http://a:1"),
        ({"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_LAMBDA": "https://b"}, "lambda_endpoint", "https://b"),
        ({"STATEMACHINE_PORT": ""}, "port", 8083),
    ],
)
def test_the_environment(environment: dict[str, str], name: str, value: Any) -> None:
    assert getattr(settings_from(environment, {}), name) == value


def test_what_is_given_wins() -> None:
    settings = settings_from({"STATEMACHINE_PORT": "9000", "STATEMACHINE_DATA": "x"}, {"port": 9001, "data": None})
    assert (settings.port, settings.data) == (9001, "x")


@pytest.mark.parametrize(
    ("variable", "value", "setting"),
    [
        ("STATEMACHINE_PORT", "http", "port"),
        ("STATEMACHINE_PORT", "0", "port"),
        ("STATEMACHINE_PORT", "65536", "port"),
        ("STATEMACHINE_WORKERS", "0", "workers"),
        ("STATEMACHINE_WORKERS", "2.5", "workers"),
        ("STATEMACHINE_ALLOW_UNAUTHENTICATED", "perhaps", "allow_unauthenticated"),
        ("AWS_ACCOUNT_ID", "12345", "account"),
        ("AWS_ACCOUNT_ID", "12345678901:", "account"),
        ("AWS_DEFAULT_REGION", "a:b", "region"),
        ("AWS_ENDPOINT_URL_LAMBDA", "localhost:3001", "lambda_endpoint"),
        ("AWS_ENDPOINT_URL", "ftp://localhost", "lambda_endpoint"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(variable: str, value: str, setting: str) -> None:
    with pytest.raises(ConfigError) as refused:
        settings_from({variable: value}, {})
    assert f"$.{setting}`" in str(refused.value)
    assert f"(from {variable})" in str(refused.value)


def test_a_given_value_is_refused_without_a_variable() -> None:
    with pytest.raises(ConfigError) as refused:
        settings_from({}, {"port": 70_000})
    assert str(refused.value) == "Expected `int` <= 65535 - at `$.port`"
