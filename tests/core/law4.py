"""Law 4: a compiled definition is shared by all executions, so a step changes nothing in it.

`picture` shows every value that can be reached from an object: fields, elements and what functions hold in their
closures. Two pictures differ if anything was changed in between. Modules and classes are left out: the test of purity
(`tests/architecture/test_purity.py`) finds pure code that changes those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

PLAIN = (str, bytes, int, float, bool, type(None))
NAMED = (type, ModuleType, BuiltinFunctionType)
"""Shown by their names."""


def picture(value: Any) -> dict[str, str]:
    """The plain values below an object by their places. An object that was reached before is shown by that place."""
    found: dict[str, str] = {}
    places: dict[int, str] = {}
    kept: list[Any] = []  # an id is that of one object as long as the object lives
    waiting = [("", value)]
    while waiting:
        place, now = waiting.pop()
        if isinstance(now, PLAIN):
            found[place] = repr(now)
        elif isinstance(now, NAMED):
            found[place] = now.__name__
        elif id(now) in places:
            found[place] = f"the object at {places[id(now)]}"
        else:
            places[id(now)] = place
            kept.append(now)
            inside = [(f"{place}/{name}", part) for name, part in parts(now)]
            found[place] = f"{type(now).__name__} of {len(inside)}"
            waiting += inside
    return found


def parts(value: Any) -> Iterator[tuple[object, Any]]:
    """What an object holds, each with a name: fields, elements, the variables of a function."""
    if isinstance(value, Mapping):
        for number, (key, member) in enumerate(value.items()):
            yield f"key {number}", key
            yield key, member
    elif isinstance(value, Set):
        yield from ((repr(element), element) for element in sorted(value, key=repr))
    elif isinstance(value, tuple | list):
        yield from enumerate(value)
    elif isinstance(value, FunctionType):
        names = value.__code__.co_freevars
        cells = value.__closure__ or ()
        yield from ((name, _content(cell)) for name, cell in zip(names, cells, strict=True))
        yield "defaults", [value.__defaults__, value.__kwdefaults__, vars(value)]
    elif isinstance(value, MethodType):
        yield from (("self", value.__self__), ("function", value.__func__))
    elif isinstance(value, partial):
        yield from enumerate((value.func, value.args, value.keywords))
    else:
        slots = [name for class_ in type(value).__mro__ for name in getattr(class_, "__slots__", ())]
        fields = {name: getattr(value, name) for name in slots if hasattr(value, name)}
        yield from (fields | getattr(value, "__dict__", {})).items()


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # the variable has no value yet
        return "nothing"
