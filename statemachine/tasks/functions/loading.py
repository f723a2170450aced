"""Imports the operator's Python functions inside a worker process. Must not call them.

The server itself never imports these modules. A source is one of

    orders, shop.orders               a module: all its public functions
    ./orders.py                       a file: the same
    charge=shop.orders:charge_card    one callable, under a name of its own; the module may be a file here, too

The public functions of a module are all callables that it defines at its top level under a name without a leading
underscore: functions, also decorated ones, partial functions, bound methods, and objects of its own classes with
`__call__`. What it imports does not count, nor do classes.

Modules are looked for last in the working directory and in the directories of the files that are sources. So a module
of the operator cannot take the place of one of Python, of this package or of its dependencies. A file that has the name
of such a module is loaded all the same, under another name.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MethodWrapperType, ModuleType
from typing import Any

from statemachine.processes.child_program import CannotServe
from statemachine.tasks.functions.user_frames import user_traceback

_NAME = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class FunctionsError(CannotServe):
    """The sources cannot be used; the first line of the text names the source and says why. If an exception is the
    reason, further lines are its frames in the operator's code."""


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
    public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    found = {name: value for name, value in public.items() if _is_defined_in(module, value)}
    if not found:
        raise FunctionsError(f"'{source}' has no public functions")
    return found


def _is_defined_in(module: ModuleType, value: object) -> bool:
    """Is it a callable of this module? A partial function does not say where it was made."""
    if not callable(value) or isinstance(value, type):
        return False
    return isinstance(value, partial) or getattr(value, "__module__", None) == module.__name__


def _import(origin: str) -> Any:
    try:
        return _import_file(Path(origin).resolve()) if origin.endswith(".py") else importlib.import_module(origin)
    except (Exception, SystemExit) as error:
        trace = user_traceback(error)
        *where, reason = [*trace.stack.format(), *trace.format_exception_only()]
        text = f"Unable to import module '{origin}': {reason.strip()}"
        raise FunctionsError("\n".join([text, *"".join(where).splitlines()])) from error


def _import_file(path: Path) -> ModuleType:
    """The module of a file. It may import other modules of its directory."""
    name = path.stem
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) != str(path):
        name = str(path)  # another module has its name; no module can be imported under this one
        loaded = sys.modules.get(name)
    if loaded is not None:
        return loaded
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
    """Does it take two positional arguments? Lambda always passes event and context.

    If a decorator passes on any arguments, the function that it decorates is asked. A callable of C that does not tell
    its arguments gets the event alone.
    """
    own: Any = call if inspect.isroutine(call) or isinstance(call, type | partial) else call.__call__  # type: ignore[operator]
    try:
        parameters = inspect.signature(own, follow_wrapped=False).parameters.values()
    except ValueError:
        return False
    if not any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return sum(parameter.kind in _POSITIONAL for parameter in parameters) >= 2
    decorated = getattr(call, "__wrapped__", None)
    if decorated is not None:
        return _takes_context(decorated.__get__(call.__self__) if inspect.ismethod(call) else decorated)
    return not isinstance(own, MethodWrapperType)
