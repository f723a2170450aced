"""Settings: options win over the environment, the environment over the file. Mistakes are named by their places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from statemachine.config import (
    ENVIRONMENT,
    ConfigError,
    Settings,
    ShellCommand,
    read_settings,
    read_settings_with_origins,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(toml: str, environment: dict[str, str] | None = None, options: dict[str, Any] | None = None) -> list[str]:
    """The lines of the ConfigError that these settings raise."""
    Path("statemachine.toml").write_text(toml)
    with pytest.raises(ConfigError) as refused:
        read_settings(environment or {}, options or {})
    return str(refused.value).splitlines()


def test_without_any_source_the_defaults_are_in_force() -> None:
    settings, origins = read_settings_with_origins({}, {})
    assert settings == Settings()
    assert settings.store_path.as_posix() == "statemachine-data/statemachine.db"
    assert set(origins) == set(Settings.__struct_fields__)
    assert set(origins.values()) == {"default"}


@pytest.mark.parametrize(
    ("environment", "name", "value"),
    [
        ({"AWS_ACCOUNT_ID": "123456789012"}, "account", "123456789012"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "region", "eu-west-1"),
        ({"STATEMACHINE_HOST": "::1"}, "host", "::1"),
        ({"STATEMACHINE_PORT": "9000"}, "port", 9000),
        ({"STATEMACHINE_DATA": "/var/lib/x"}, "data", "/var/lib/x"),
        ({"STATEMACHINE_DEFINITIONS": "flows"}, "definitions", "flows"),
        ({"STATEMACHINE_FUNCTIONS": "a.py, b"}, "functions", ("a.py", "b")),
        ({"STATEMACHINE_PASS_ENVIRONMENT": "A, *"}, "pass_environment", ("A", "*")),
        ({"STATEMACHINE_WORKERS": "9"}, "workers", 9),
        ({"STATEMACHINE_RUNNING_MAX": "9"}, "running_max", 9),
        ({"STATEMACHINE_AGEING_SECONDS": "0.5"}, "ageing_seconds", 0.5),
        ({"STATEMACHINE_METRICS": "false"}, "metrics", False),
        ({"STATEMACHINE_ALLOW_UNAUTHENTICATED": "true"}, "allow_unauthenticated", True),
        ({"AWS_ENDPOINT_URL": "http://a:1"}, "lambda_endpoint", "http://a:1"),
        ({"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_LAMBDA": "https://b"}, "lambda_endpoint", "https://b"),
        ({"STATEMACHINE_PORT": ""}, "port", 8083),
        ({"STATEMACHINE_NO_SUCH": "another program's"}, "port", 8083),
    ],
)
def test_the_environment(environment: dict[str, str], name: str, value: Any) -> None:
    assert getattr(read_settings(environment, {}), name) == value


def test_every_setting_but_the_tables_has_a_variable() -> None:
    assert set(Settings.__struct_fields__) - set(ENVIRONMENT.values()) == {"shell", "running_max_by_machine"}


@pytest.mark.parametrize(
    ("toml", "name", "value"),
    [
        ("port = 9000", "port", 9000),
        ("drain_seconds = 3", "drain_seconds", 3.0),
        ("metrics = false", "metrics", False),
        ('functions = ["a.py", "b"]', "functions", ("a.py", "b")),
        ('functions = ["a.py, b", "c"]', "functions", ("a.py", "b", "c")),
        ('pass_environment = ["A", "AWS_*"]', "pass_environment", ("A", "AWS_*")),
        ('[functions]\ncharge = "shop.orders:charge_card"', "functions", ("charge=shop.orders:charge_card",)),
        ('[functions]\ncharge = "./orders.py:charge"', "functions", ("charge=./orders.py:charge",)),
        ("[running_max_by_machine]\norder = 3", "running_max_by_machine", {"order": 3}),
        (
            '[shell.deploy]\nargv = ["/bin/deploy", "{what}"]\ntimeout = 5\nenvironment = {PATH = "/bin"}',
            "shell",
            {"deploy": ShellCommand(argv=("/bin/deploy", "{what}"), timeout=5.0, environment={"PATH": "/bin"})},
        ),
    ],
)
def test_the_file(toml: str, name: str, value: Any) -> None:
    Path("statemachine.toml").write_text(toml)
    assert getattr(read_settings({}, {}), name) == value


def test_an_option_wins_over_the_environment_and_the_environment_over_the_file() -> None:
    Path("statemachine.toml").write_text('host = "::1"\nport = 1\ndata = "file"\n[functions]\na = "m:a"')
    environment = {"STATEMACHINE_PORT": "2", "STATEMACHINE_DATA": "environment", "AWS_DEFAULT_REGION": "x"}
    options = {"data": "option", "workers": None, "functions": ("b,c", "d")}
    settings, origins = read_settings_with_origins(environment, options)
    assert (settings.host, settings.port, settings.data, settings.functions) == ("::1", 2, "option", ("b", "c", "d"))
    assert {name: origin for name, origin in origins.items() if origin != "default"} == {
        "host": "statemachine.toml",
        "port": "STATEMACHINE_PORT",
        "data": "--data",
        "functions": "--functions",
        "region": "AWS_DEFAULT_REGION",
    }


def test_a_named_file_is_read_instead_of_the_usual_one() -> None:
    for name, port in (("statemachine.toml", 1), ("a.toml", 2), ("b.toml", 3)):
        Path(name).write_text(f"port = {port}")
    assert read_settings({}, {}).port == 1
    assert read_settings({"STATEMACHINE_CONFIG": "a.toml"}, {}).port == 2
    assert read_settings({"STATEMACHINE_CONFIG": "a.toml"}, {}, "b.toml").port == 3


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STATEMACHINE_PORT", "http"),
        ("STATEMACHINE_PORT", "0"),
        ("STATEMACHINE_PORT", "65536"),
        ("STATEMACHINE_WORKERS", "0"),
        ("STATEMACHINE_WORKERS", "2.5"),
        ("STATEMACHINE_FUNCTIONS", "a,,b"),
        ("STATEMACHINE_AGEING_SECONDS", "-1"),
        ("STATEMACHINE_ALLOW_UNAUTHENTICATED", "perhaps"),
        ("AWS_ACCOUNT_ID", "12345"),
        ("AWS_ACCOUNT_ID", "12345678901:"),
        ("AWS_DEFAULT_REGION", "a:b"),
        ("AWS_ENDPOINT_URL_LAMBDA", "localhost:3001"),
        ("AWS_ENDPOINT_URL", "ftp://localhost"),
    ],
)
def test_a_variable_with_a_wrong_value_is_named(variable: str, value: str) -> None:
    (line,) = refusal("", {variable: value})
    assert line.startswith(variable)
    assert ": expected " in line


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('port = "8083"', "statemachine.toml: port: expected a whole number, got text"),
        ("workers = 0", "statemachine.toml: workers: expected a whole number >= 1"),
        ('functions = "a.py"', "statemachine.toml: functions: expected a list, got text"),
        ('functions = ["a.py", 3]', "statemachine.toml: functions[1]: expected text, got a whole number"),
        (
            '[functions]\ncharge = "orders"',
            "statemachine.toml: functions.charge: Expected `module:attribute`, got 'orders'",
        ),
        ("prot = 1", "statemachine.toml: prot: unknown; the nearest name is 'port'"),
        ("[running_max]\norder = 1", "statemachine.toml: running_max: expected a whole number, got a table"),
        (
            "[running_max_by_machine]\norder = 0",
            "statemachine.toml: running_max_by_machine.order: expected a whole number >= 1",
        ),
        (
            '[shell.deploy]\nargv = ["/a"]\ntimout = 3',
            "statemachine.toml: shell.deploy.timout: unknown; the nearest name is 'timeout'",
        ),
        (
            "port 8083",
            "statemachine.toml:1:6: not TOML: Expected '=' after a key in a key/value pair\n  port 8083\n       ^",
        ),
    ],
)
def test_a_mistake_in_the_file_is_reported_with_its_place(toml: str, told: str) -> None:
    assert refusal(toml) == told.splitlines()


def test_a_value_that_kubernetes_gives_counts_as_not_set() -> None:
    assert read_settings({"STATEMACHINE_PORT": "tcp://10.0.0.1:80"}, {}).port == 8083


@pytest.mark.parametrize(
    "url", ["http://h:notaport", "http://h:70000", "http://:1", "http://h:", "http://[::1", "ftp://h"]
)
def test_an_endpoint_that_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="AWS_ENDPOINT_URL_LAMBDA"):
        read_settings({"AWS_ENDPOINT_URL_LAMBDA": url}, {})


@pytest.mark.parametrize("url", ["http://h", "https://u:p@h:65535/a", "http://[::1]:1", "http://10.0.0.1:3001/"])
def test_an_endpoint_that_is_a_url(url: str) -> None:
    assert read_settings({"AWS_ENDPOINT_URL_LAMBDA": url}, {}).lambda_endpoint == url


def test_all_mistakes_are_reported_at_once_even_if_another_source_wins() -> None:
    toml = 'port = 0\n[shell.a]\nargv = []\n[shell.b]\nargv = ["/b"]\ntimeout = 0'
    lines = refusal(toml, {"STATEMACHINE_PORT": "x"}, {"port": 70_000})
    assert [line.partition(": expected")[0] for line in lines] == [
        "statemachine.toml: port",
        "statemachine.toml: shell.a.argv",
        "statemachine.toml: shell.b.timeout",
        "STATEMACHINE_PORT",
        "--port",
    ]


def test_a_file_that_cannot_be_read_is_reported_with_its_source(folder: Path) -> None:
    for environment, option, told in (
        ({"STATEMACHINE_CONFIG": "no.toml"}, None, "STATEMACHINE_CONFIG no.toml: No such file or directory"),
        ({}, "no.toml", "--config no.toml: No such file or directory"),
        ({}, str(folder), f"--config {folder}: Is a directory"),
    ):
        with pytest.raises(ConfigError) as refused:
            read_settings(environment, {}, option)
        assert str(refused.value) == told


def test_a_file_must_be_text() -> None:
    Path("statemachine.toml").write_bytes(b"# \xff")
    with pytest.raises(ConfigError, match=r"^statemachine.toml is not UTF-8 text \(byte 2\)$"):
        read_settings({}, {})
