"""Imports the operator's Python functions inside a worker process. Must not call them.

The server itself never imports these modules. A source is one of

    orders, shop.orders               a module: all its public functions
    ./orders.py                       a file: the same
    charge=shop.orders:charge_card    one callable, under a name of its own; the module may be a file here, too

The public functions of a module are those that `def` or `async def` defines at its top level, under a name without a
leading underscore. Imported functions do not count, nor do classes.

Modules are looked for last in the working directory and in the directories of the files that are sources. So a module
of the operator cannot take the place of one of Python, of this package or of its dependencies.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

_NAME = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class FunctionsError(Exception):
    """The sources cannot be used; the text names the source and says why."""


@dataclass(frozen=True, slots=True)
class LoadedFunction:
    """A callable, and whether it takes the context object beside the event."""

    call: Callable[..., Any]
    takes_context: bool


def load_functions(sources: Iterable[str]) -> dict[str, LoadedFunction]:
    """Import the sources and collect their functions by name.

    Raises FunctionsError for a source that cannot be imported (the exception is its `__cause__`) or that names no
    function, for a name that Lambda does not allow, and if two sources have a function of the same name.
    """
    _search_last(Path.cwd())
    functions: dict[str, LoadedFunction] = {}
    origins: dict[str, str] = {}
    for source in sources:
        for name, call in _callables(source).items():
            if not _NAME.fullmatch(name):
                raise FunctionsError(
                    f"'{name}' in '{source}' is not a function name: it must be 1 to 64 of a-z, A-Z, 0-9, - and _"
                )
            if name in functions:
                raise FunctionsError(f"Both '{origins[name]}' and '{source}' have a function named '{name}'")
            functions[name] = LoadedFunction(call, _takes_context(call))
            origins[name] = source
    return functions


def _callables(source: str) -> dict[str, Callable[..., Any]]:
    name, renamed, target = source.partition("=")
    if not renamed:
        return _public_functions(_import(source), source)
    origin, _, attribute = target.rpartition(":")
    if not origin:
        raise FunctionsError(f"'{source}' should read NAME=MODULE:ATTRIBUTE")
    found = _import(origin)
    for part in attribute.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise FunctionsError(f"'{source}' names no callable: '{origin}' has no '{attribute}' that can be called")
    return {name: found}


def _public_functions(module: ModuleType, source: str) -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }
    if not found:
        raise FunctionsError(f"'{source}' has no public functions")
    return found


def _import(origin: str) -> Any:
    try:
        return _import_file(Path(origin).resolve()) if origin.endswith(".py") else importlib.import_module(origin)
    except FunctionsError:
        raise
    except (Exception, SystemExit) as error:
        reason = traceback.format_exception_only(error)[-1].strip()
        raise FunctionsError(f"Unable to import module '{origin}': {reason}") from error


def _import_file(path: Path) -> ModuleType:
    """The module of a file. It may import other modules of its directory."""
    name = path.stem
    loaded = sys.modules.get(name)
    if loaded is not None:
        if getattr(loaded, "__file__", None) == str(path):
            return loaded
        raise FunctionsError(f"'{path}' needs another name: a module '{name}' is loaded already")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    _search_last(path.parent)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _search_last(directory: Path) -> None:
    """Let modules be found in a directory, unless they are found elsewhere."""
    if str(directory) not in sys.path:
        sys.path.append(str(directory))


def _takes_context(call: Callable[..., Any]) -> bool:
    """Does it take two positional arguments? Lambda always passes event and context."""
    try:
        parameters = inspect.signature(call).parameters.values()
    except ValueError:  # some builtins have no signature
        return True
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return True
    return sum(parameter.kind in _POSITIONAL for parameter in parameters) >= 2
