"""The wheel holds what the installed package needs beside its modules: the marker of its types and the schemas."""

from __future__ import annotations

import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.architecture.package import PACKAGE, ROOT

MARKER = PACKAGE / "py.typed"
"""Tells type checkers that the package's own annotations are to be used (PEP 561)."""
SCHEMAS = sorted((ROOT / "schemas").glob("*.json"))


def test_the_configuration_takes_the_marker_and_the_schemas_along() -> None:
    assert MARKER.is_file()
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    # Of a package, hatch takes every file that git does not ignore, unless it is told not to.
    assert wheel["packages"] == [PACKAGE.name]
    assert wheel["force-include"] == {"schemas": f"{PACKAGE.name}/schemas"}
    assert wheel.keys() == {"packages", "force-include"}


@pytest.mark.skipif(find_spec("hatchling") is None, reason="needs hatchling, which builds the wheel")
def test_the_wheel_holds_the_marker_and_the_schemas(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    (built,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
    modules = {str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py")}
    schemas = {f"{PACKAGE.name}/schemas/{path.name}" for path in SCHEMAS}
    assert SCHEMAS
    assert {str(MARKER.relative_to(ROOT)), *modules, *schemas} <= names
