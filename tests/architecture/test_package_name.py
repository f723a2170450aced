"""python-statemachine has a package of the same name. Whichever is installed last, an import says what is wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.package import PACKAGE


def test_a_name_of_the_other_package_says_so() -> None:
    with pytest.raises(ImportError, match="StateMachine belongs to python-statemachine"):
        from statemachine import StateMachine  # noqa: F401


def test_any_other_name_is_missing_as_usual() -> None:
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        from statemachine import Nothing  # type: ignore[attr-defined]  # noqa: F401


def test_the_other_package_installed_over_this_one_says_so(tmp_path: Path) -> None:
    mixed = tmp_path / "statemachine"
    shutil.copytree(PACKAGE, mixed, ignore=shutil.ignore_patterns("__pycache__"))
    (mixed / "__init__.py").write_text("from .factory import StateMachineMetaclass\n")
    (mixed / "factory.py").write_text("from .registry import register\n")
    for code in ("import statemachine", "import statemachine.cli.main"):
        found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert found.returncode == 1
        assert found.stderr.splitlines()[-1].startswith(
            "ImportError: python-statemachine is installed over statemachine-server"
        )
