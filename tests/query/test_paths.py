"""Paths: the values that they find, their failures, and texts that are no paths."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure, StateError
from statemachine.query.jsonpath.paths.path import parse_path, parse_reference_path
from statemachine.query.jsonpath.paths.scanner import quote
from statemachine.query.view import ABSENT, View
from statemachine.query.work import EACH_CHARACTER, Work

CASES = File(__file__).parent / "cases"
FILTERED = [
    {"n": 1, "t": "a b"},
    {"n": 2, "t": "it's \\"},
    {"n": 3, "t": "OPEN"},
    {"n": "1", "t": "open-ended"},
    {"n": True},
    {"n": None},
    {"in": {"deep": [9]}},
    "text",
    4,
]


def load(name: str) -> Any:
    return json.loads((CASES / name).read_text())


@pytest.mark.parametrize("case", load("paths.json"), ids=lambda case: case["path"])
def test_a_path_finds_a_value_or_says_why_not(case: dict[str, Any]) -> None:
    view = View(case["input"])
    path = parse_path(case["path"])
    if "cause" in case:
        with pytest.raises(RuntimeFailure) as raised:
            path.read(view)
        assert raised.value.cause == case["cause"]
        assert path.find(view) is ABSENT
    else:
        assert path.read(view) == case["finds"]


@pytest.mark.parametrize("case", load("filters.json"), ids=lambda case: case["filter"])
def test_a_filter_selects_items_and_never_fails_on_their_types(case: dict[str, Any]) -> None:
    path = parse_path(f"$.items[?({case['filter']})]")
    assert path.read(View({"items": FILTERED, "wanted": 2})) == [FILTERED[index] for index in case["selects"]]


@pytest.mark.parametrize(("text", "why"), load("refused_paths.json"))
def test_a_text_that_is_no_path_is_refused_with_the_place(text: str, why: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as raised:
        parse_path(text)
    assert why in str(raised.value)


def test_a_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(ExpressionSyntaxError, match="must be a string"):
        parse_path(None)  # type: ignore[arg-type]


def test_a_filter_tests_an_object_itself_and_not_its_members() -> None:
    view = View({"a": {"n": 1, "b": {"n": 1}}})
    assert parse_path("$.a[?(@.n == 1)].n").read(view) == [1]
    assert parse_path("$.a[?(@.n == 2)]").read(view) == []
    assert parse_path("$..[?(@.n == 1)].n").read(view) == [1, 1]


@pytest.mark.parametrize(
    ("text", "root", "definite", "reference"),
    [
        ("$", "$", True, True),
        ("$.a['b'][0]", "$", True, True),
        ("$.a[-1]", "$", True, False),
        ("$.a.length()", "$", True, False),
        ("$['a','b']", "$", True, False),
        ("$.a[*]", "$", False, False),
        ("$.a[0,1]", "$", False, False),
        ("$.a[0:1]", "$", False, False),
        ("$..a", "$", False, False),
        ("$.a[?(@.b)]", "$", False, False),
        ("$.a[?(@.b)][0]", "$", False, False),
        ("$$", "$$", True, True),
        ("$$.Map.Item.Value", "$$", True, True),
        ("$count", "count", True, True),
        ("$größe['a'][0]", "größe", True, True),
        ("$list[*]", "list", False, False),
    ],
)
def test_a_path_knows_its_root_and_whether_it_is_definite_and_a_reference_path(
    text: str, root: str, definite: bool, reference: bool
) -> None:
    path = parse_path(text)
    assert (path.text, path.root, path.definite, path.reference) == (text, root, definite, reference)
    assert path.variables == (set() if root in ("$", "$$") else {root})


@given(st.text(max_size=8), st.text(max_size=8))
def test_any_name_can_be_quoted(name: str, other: str) -> None:
    view = View({"o": {name: 1, f"{name}x": 2}, "l": [{name: other}]})
    key = quote(name)
    assert parse_path(f"$.o[{key}]").read(view) == 1
    assert parse_path(f"$.o[{key},{quote(name + 'x')}]").read(view) == {name: 1, f"{name}x": 2}
    assert parse_path(f"$.l[*][{key}]").read(view) == [other]
    assert parse_path(f"$.l[?(@[{key}] == {quote(other)})]").read(view) == [{name: other}]
    assert parse_reference_path(f"$[{key}]").put({}, 5) == {name: 5}


def test_the_same_text_is_compiled_once() -> None:
    assert parse_path("$.compiled.once") is parse_path("$.compiled.once")


def test_roots_are_the_input_the_context_object_and_variables() -> None:
    view = View({"a": "input"}, variables={"a": {"b": [1, 2]}}, context=lambda: {"a": "context"})
    assert parse_path("$.a").read(view) == "input"
    assert parse_path("$$.a").read(view) == "context"
    assert parse_path("$$").read(view) == {"a": "context"}
    assert parse_path("$a.b[1]").read(view) == 2
    assert parse_path("$a.b[?(@ == $.b[0])]").read(view) == [1]


def test_a_variable_that_was_never_assigned_is_a_failure() -> None:
    for text in ("$missing", "$missing.a"):
        with pytest.raises(RuntimeFailure) as raised:
            parse_path(text).read(View({}))
        assert raised.value.cause == f"Invalid path '{text}' : The variable '$missing' has not been assigned"


def test_a_variable_may_be_null() -> None:
    assert parse_path("$nothing").read(View({}, variables={"nothing": None})) is None


def test_a_field_may_name_itself_in_the_failure() -> None:
    read = parse_path("$.x").reader("value.$")
    assert read(View({"x": 1})) == 1
    with pytest.raises(RuntimeFailure) as raised:
        read(View({"n": 0, "t": "é"}))
    assert raised.value.cause == (
        "The JSONPath '$.x' specified for the field 'value.$' could not be found in the input '{\"n\":0,\"t\":\"é\"}'"
    )
    with pytest.raises(RuntimeFailure) as raised:
        parse_path("$$.x").reader("value.$")(View({}, context=lambda: {"Execution": {}}))
    assert raised.value.cause is not None
    assert raised.value.cause.endswith("could not be found in the input '{\"Execution\":{}}'")
    with pytest.raises(RuntimeFailure, match=r"the variable '\$x' has not been assigned"):
        parse_path("$x").reader("value.$")(View({}))


@pytest.mark.parametrize(
    ("path", "target", "result"),
    [
        ("$", {"a": 1}, "new"),
        ("$.b", {"a": 1}, {"a": 1, "b": "new"}),
        ("$.a", {"a": 1, "b": 2}, {"a": "new", "b": 2}),
        ("$.a.b.c", {"x": 1}, {"x": 1, "a": {"b": {"c": "new"}}}),
        ("$['a b'].c", {}, {"a b": {"c": "new"}}),
        ("$.a[1].b", {"a": [1, {"c": 2}, 3]}, {"a": [1, {"c": 2, "b": "new"}, 3]}),
        ("$[0]", [1, 2], ["new", 2]),
    ],
)
def test_put_gives_a_copy_with_the_value_at_the_path(path: str, target: Any, result: Any) -> None:
    before = json.dumps(target)
    assert parse_reference_path(path).put(target, "new") == result
    assert json.dumps(target) == before


def test_put_shares_values_beside_the_path() -> None:
    target: dict[str, Any] = {"big": {"x": 1}, "a": {"kept": [1]}}
    made = parse_reference_path("$.a.b").put(target, 1)
    assert made["big"] is target["big"]
    assert made["a"]["kept"] is target["a"]["kept"]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("$.a", [1]),
        ("$.a", "text"),
        ("$.a", None),
        ("$.a.b", {"a": 1}),
        ("$.a.b", {"a": None}),
        ("$.a.b", {"a": []}),
        ("$.a[1]", {"a": [0]}),
        ("$.a[0]", {"a": {}}),
        ("$.a[0]", {}),
    ],
)
def test_put_onto_something_in_the_way_is_a_failure_that_can_be_caught(path: str, target: Any) -> None:
    with pytest.raises(StateError) as raised:
        parse_reference_path(path).put(target, 1)
    assert raised.value.error == "States.ResultPathMatchFailure"
    assert raised.value.located
    assert raised.value.cause == (
        f"Unable to apply ReferencePath {path} to input {json.dumps(target, separators=(',', ':'))}"
    )


@pytest.mark.parametrize("path", ["$$.a", "$variable.a", "$.a[*]", "$.a[-1]", "$..a", "$.a.length()", "$.a[?(@.b)]"])
def test_result_path_wants_a_reference_path_into_the_input(path: str) -> None:
    with pytest.raises(ExpressionSyntaxError, match="no Reference Path"):
        parse_reference_path(path)


def test_a_regular_expression_is_work_by_the_characters_that_it_reads() -> None:
    path = parse_path("$[?(@.t =~ /(a+)+b/ || @.t =~ /c/)]")
    spent = []
    for length in (1_000, 100_000):
        work = Work()
        path.read(View([{"t": "a" * length}], work=work))
        spent.append(work.spent)
    assert spent[1] - spent[0] == pytest.approx(2 * 99_000 * EACH_CHARACTER)


def test_a_regular_expression_with_a_lone_surrogate_is_no_defect() -> None:
    assert parse_path("$[?(@ =~ /./)]").read(View(["\ud800", "ab"])) == ["\ud800"]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("/./", "\r", False),
        ("/./", "\n", False),
        ("/./d", "\r", True),
        ("/./d", "\n", False),
        ("/./s", "\n", True),
        ("/.*/", "a\u2028b", False),
        ("/\\s/", "\x0b", True),
        ("/[\\s]/", "\x0b", True),
        ("/\\S/", "\x0b", False),
        ("/é/iu", "É", True),
        ("/(?i)a/", "A", True),
        ("/(?<n>a)(?:b)/", "ab", True),
        ("/a{2,3}b{1}c{1,}/", "aabcc", True),
        ("/[]a]/", "]", True),
        ("/[^]a]/", "]", False),
        ("/[.{]/", "{", True),
        ("/a&&b/", "a&&b", True),
        ("/\\./", "x", False),
    ],
)
def test_a_regular_expression_means_what_it_means_in_java(pattern: str, text: str, matches: bool) -> None:
    assert bool(parse_path(f"$[?(@ =~ {pattern})]").read(View([text]))) is matches
