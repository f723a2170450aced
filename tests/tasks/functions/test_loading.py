"""Which callables a source names. The modules are written for each test and forgotten after it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from statemachine.tasks.functions.loading import FunctionsError, load_functions

ORDERS = """
from json import dumps
from os.path import join as joined
LIMIT = 3
class Refused(Exception): pass
class Clerk:
    def file(self, event): return event
clerk = Clerk()
def charge(event): return "charged"
async def ship(event, context): return "shipped"
def _private(event): return None
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory in the search path; its modules are forgotten at the end."""
    (tmp_path / "t_orders.py").write_text(ORDERS)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_public_functions_of_a_module(modules: Path) -> None:
    functions = load_functions(["t_orders"])
    assert set(functions) == {"charge", "ship"}
    assert functions["charge"].call({}) == "charged"


def test_file_is_a_source_and_may_import_its_neighbours(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = modules / "shop"
    shop.mkdir()
    (shop / "t_prices.py").write_text("PRICE = 7")
    (shop / "t_till.py").write_text("from t_prices import PRICE\ndef price(event): return PRICE")
    monkeypatch.chdir(modules)
    assert load_functions(["./shop/t_till.py"])["price"].call({}) == 7


@pytest.mark.parametrize(
    ("source", "argument", "result"),
    [
        ("pay=t_orders:charge", {}, "charged"),
        ("hidden-one=t_orders:_private", {}, None),
        ("file=t_orders:clerk.file", {"a": 1}, {"a": 1}),
        ("text=json:dumps", [1], "[1]"),
    ],
)
def test_one_callable_under_a_name_of_its_own(modules: Path, source: str, argument: object, result: object) -> None:
    functions = load_functions([source])
    assert list(functions) == [source.partition("=")[0]]
    assert functions[source.partition("=")[0]].call(argument) == result


CALLABLES = """
import functools
from operator import itemgetter
def _price(event, context=None, *, rate=1): return event * rate
def _twice(function):
    @functools.wraps(function)
    def twice(*arguments): return function(*arguments) * 2
    return twice
def _logged(function):
    @functools.wraps(function)
    def logged(event, context): return function(event), context
    return logged
class _Counted:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function = function
    def __call__(self, *arguments): return self.function(*arguments)
class Clerk:
    def __call__(self, event, context): return event, context
    @_twice
    def file(self, event): return event
    async def ship(self, event): return event
double = functools.partial(_price, rate=2)
clerk = Clerk()
file = clerk.file
ship = clerk.ship
half = lambda event: event / 2
@_twice
def twice(event): return event
@_twice
def twice_with_context(event, context): return [event, context]
@_logged
def logged(event): return event
@_Counted
def counted(event): return event
@functools.cache
def cached(event): return event
@functools.singledispatch
def dispatched(event): return event
first = itemgetter(0)
"""


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("double", 14),
        ("clerk", (7, "context")),
        ("file", 14),
        ("half", 3.5),
        ("twice", 14),
        ("twice_with_context", [7, "context", 7, "context"]),
        ("logged", (7, "context")),
        ("counted", 7),
        ("cached", 7),
        ("dispatched", 7),
    ],
)
def test_a_callable_of_any_kind_is_public_and_gets_the_arguments_that_it_takes(
    modules: Path, name: str, result: object
) -> None:
    (modules / "t_callables.py").write_text(CALLABLES)
    function = load_functions(["t_callables"])[name]
    assert (function.call(7, "context") if function.takes_context else function.call(7)) == result


def test_what_a_module_imports_and_its_classes_are_no_functions(modules: Path) -> None:
    (modules / "t_callables.py").write_text(CALLABLES)
    found = set(load_functions(["t_callables"]))
    assert found.isdisjoint({"functools", "itemgetter", "Clerk", "first"})
    assert "ship" in found


@pytest.mark.parametrize(
    ("target", "event", "result"),
    [
        ("builtins:len", [1, 2], 2),
        ("builtins:int", "7", 7),
        ("builtins:str.upper", "a", "A"),
        ("t_callables:first", [1], 1),
    ],
)
def test_a_callable_of_c_gets_the_event_alone(modules: Path, target: str, event: object, result: object) -> None:
    (modules / "t_callables.py").write_text(CALLABLES)
    function = load_functions([f"named={target}"])["named"]
    assert not function.takes_context
    assert function.call(event) == result


def test_the_text_of_a_failed_import_has_the_frames_of_the_operators_modules_alone(modules: Path) -> None:
    (modules / "t_bad.py").write_text("import t_worse\ndef f(event): ...")
    (modules / "t_worse.py").write_text("RATE = 1\ndef rate(): return RATE / 0\nrate()")
    with pytest.raises(FunctionsError) as caught:
        load_functions(["t_bad"])
    assert str(caught.value).splitlines() == [
        "Unable to import module 't_bad': ZeroDivisionError: division by zero",
        f'  File "{modules}/t_bad.py", line 1, in <module>',
        "    import t_worse",
        f'  File "{modules}/t_worse.py", line 3, in <module>',
        "    rate()",
        f'  File "{modules}/t_worse.py", line 2, in rate',
        "    def rate(): return RATE / 0",
        "                       ~~~~~^~~",
    ]


def test_named_callable_of_a_file_that_is_a_source_too(modules: Path) -> None:
    path = str(modules / "t_orders.py")
    assert set(load_functions([path, f"private={path}:_private"])) == {"charge", "ship", "private"}


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("def f(event): ...", False),
        ("def f(event, context): ...", True),
        ("def f(event, context=None): ...", True),
        ("def f(event, *, context=None): ...", False),
        ("def f(*arguments): ...", True),
        ("async def f(event, context): ...", True),
        ("def f(event, **rest): ...", False),
    ],
)
def test_a_function_that_can_take_a_second_argument_gets_the_context(modules: Path, text: str, takes: bool) -> None:
    (modules / "t_signature.py").write_text(text)
    assert load_functions(["t_signature"])["f"].takes_context is takes


@pytest.mark.parametrize(
    ("sources", "content", "message"),
    [
        (["t_none"], None, "Unable to import module 't_none': ModuleNotFoundError: No module named 't_none'"),
        (
            ["t_bad"],
            "import t_missing",
            "Unable to import module 't_bad': ModuleNotFoundError: No module named 't_missing'",
        ),
        (["t_bad"], "1/0", "Unable to import module 't_bad': ZeroDivisionError: division by zero"),
        (["t_bad"], "def f(:", "Unable to import module 't_bad': SyntaxError: invalid syntax"),
        (["t_bad"], "raise SystemExit(3)", "Unable to import module 't_bad': SystemExit: 3"),
        (["./t_none.py"], None, "Unable to import module './t_none.py': FileNotFoundError: "),
        (["t_bad"], "import os", "'t_bad' has no public functions"),
        (["t_bad"], "def größe(event): ...", "'größe' in 't_bad' is not a function name"),
        (["a b=t_orders:charge"], None, "'a b' in 'a b=t_orders:charge' is not a function name"),
        (["pay=t_orders"], None, "'pay=t_orders' should read NAME=MODULE:ATTRIBUTE"),
        (["pay=t_orders:refund"], None, "'pay=t_orders:refund' names no callable: 't_orders' has no 'refund'"),
        (["pay=t_orders:LIMIT"], None, "'t_orders' has no 'LIMIT' that can be called"),
        (["t_orders", "t_bad"], "def charge(event): ...", "Both 't_orders' and 't_bad' have a function named 'charge'"),
        (["charge=t_orders:ship", "t_orders"], None, "Both 'charge=t_orders:ship' and 't_orders' have a function"),
    ],
)
def test_sources_that_cannot_be_used(modules: Path, sources: list[str], content: str | None, message: str) -> None:
    if content is not None:
        (modules / "t_bad.py").write_text(content)
    with pytest.raises(FunctionsError) as caught:
        load_functions(sources)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["json", "statemachine", "t_orders"])
def test_a_file_may_have_the_name_of_another_module(modules: Path, name: str) -> None:
    (modules / "shop").mkdir()
    (modules / "shop" / f"{name}.py").write_text("from json import dumps\ndef price(event): return dumps(event)")
    source = str(modules / "shop" / f"{name}.py")
    functions = load_functions(["t_orders", source, f"same={source}:price"])
    assert functions["price"].call([7]) == "[7]"
    assert functions["price"].call is functions["same"].call


def test_the_directory_of_a_source_comes_last_in_the_search_path(modules: Path) -> None:
    (modules / "shop").mkdir()
    (modules / "shop" / "t_till.py").write_text("def price(event): return 7")
    before = list(sys.path)
    load_functions([str(modules / "shop" / "t_till.py")])
    assert sys.path[: len(before)] == before
    assert sys.path[-1] == str(modules / "shop")
