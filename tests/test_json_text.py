"""The strict parser: accepted texts, refused texts with their messages, and its cost, which no text can raise."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statemachine.json_text import DEPTH_MAX, DIGITS_MAX, JsonError, dump, is_deeper_than, load, parse, parse_bytes

VALUE = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
CHARACTERS = 1_000_000
WALKS_MAX = 100
"""One text may cost as much as this many walks over CHARACTERS. Every text costs a tenth of that or less; a search that
tries every way would cost far more."""


def refusal(text: str) -> JsonError:
    with pytest.raises(JsonError) as refused:
        parse(text)
    return refused.value


@pytest.mark.parametrize(
    "text",
    [
        "null", "true", "0", "-0", "-1.5e-7", '""', "[]", "{}", " [ 1 , 2 ]\n", '{"a":{"a":1}}', '"\\u0000\\n"',
        '"\\ud83d\\ude00"', '"😀"', '{"":1}', "9" * DIGITS_MAX, "-" + "9" * DIGITS_MAX, "1.7976931348623157e308",
        "[" * DEPTH_MAX + "]" * DEPTH_MAX, '"' + "[{" * 500 + '"', '"' + "9" * 1000 + '"', '["\\"[", "]\\\\"]',
    ],
)  # fmt: skip
def test_json_is_accepted(text: str) -> None:
    assert parse(text) == parse_bytes(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "No content to map due to end-of-input"),
        ("  \n", "No content to map due to end-of-input"),
        ("not some json", f"Unrecognized token 'not': {VALUE}"),
        ("{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
        ('{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name"),
        ('{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"),
        ('{"a":1 "b":2}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries"),
        ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"),
        ('[[{"]": 1}', "Unexpected end-of-input: expected close marker for Array"),
        ('{"a":[1,2], "b":"}"', "Unexpected end-of-input: expected close marker for Object"),
        ('{"a":"b', "Unexpected end-of-input: was expecting closing quote for a string value"),
        ('"\\', "Unexpected end-of-input: was expecting closing quote for a string value"),
        ('"\\x"', "Unrecognized character escape 'x' (code 120)"),
        ('"a\n"', "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included "
            "in string value"),
        ('"a\n', "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included "
            "in string value"),
        ("NaN", "Non-standard token 'NaN': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow"),
        ("[-Infinity]", "Non-standard token '-Infinity': enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow"),
        ("1e309", "Numeric value (1e309) out of range of double"),
        ("9" * (DIGITS_MAX + 2), f"Number value length ({DIGITS_MAX + 2}) exceeds the maximum allowed ({DIGITS_MAX})"),
        ('{"a":1,"b":{"a":1,"a":2}}', "Duplicate field 'a'"),
        ('"\\ud800"', "Lone surrogate in a string"),
        ('{"\\udc00":1}', "Lone surrogate in a string"),
        ('"\ud800"', "Lone surrogate in a string"),
        ("[" * 101 + "]" * 101, "Nesting is deeper than 100"),
        ('{"a":' * 100_000, "Nesting is deeper than 100"),
    ],
)  # fmt: skip
def test_other_text_is_refused_with_the_texts_of_aws(text: str, message: str) -> None:
    assert refusal(text).message == message


@pytest.mark.parametrize(
    "text", ["01", "1.", "+1", ".5", "0x1", "tru e", "\ufeff{}", "[1,]", "1 2", "'a'", "[1}", "//", "\x00"]
)
def test_this_is_no_json_either(text: str) -> None:
    assert refusal(text).message


def test_an_error_names_its_place() -> None:
    refused = refusal('{\n  "a": 1,\n  b: 2\n}')
    assert (refused.line, refused.column) == (3, 3)
    assert refused.place == '[Source: (String)"{\n  "a": 1,\n  b: 2\n}"; line: 3, column: 4]'
    assert refusal("x" * 600).place.startswith(f'[Source: (String)"{"x" * 500}[truncated 100 chars]"; line: 1')


def test_bytes_must_be_utf_8() -> None:
    with pytest.raises(JsonError, match="Invalid UTF-8 byte 0xe4"):
        parse_bytes("ä".encode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        '"' + "a" * 500_000 + "\n",
        '"' + "\\" * 500_001,
        '"' + "a\\" * 250_000,
        '"' * 500_001,
        '["' + "a" * 500_000,
        "[" + ",".join(["1" * DIGITS_MAX] * 2_500) + "]",
        "[" * 500_000,
        "[" + ",".join(["[" * 950 + "]" * 950] * 500) + "x",
        "[" + ",".join(["[" * 950 + "]" * 950] * 500) + "]",
        "{" + ",".join(f'"k{number}":{number}' for number in range(50_000)) + ',"k0":0}',
        '"' + "\\ud83d\\ude00" * 80_000 + '"',
        " " * 1_000_000,
        "1" * 1_000_000,
    ],
    ids=lambda text: f"{text[:12]!r} of {len(text)}",
)
def test_no_text_takes_the_parser_long(text: str) -> None:
    assert len(text) < 1.1 * CHARACTERS
    assert work(lambda: parse(text)) < WALKS_MAX * work(lambda: [ord(character) for character in "x" * CHARACTERS])


def work(do: Callable[[], Any]) -> float:
    """The seconds of processor time that a call takes. Other processes do not change it."""
    began = time.thread_time()
    with contextlib.suppress(JsonError):
        do()
    return time.thread_time() - began


@given(st.text(st.sampled_from('[]{}":,\\ \n\tuea019.-+\u20ac\ud800') | st.characters(), max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    outcome: Any
    try:
        outcome = parse(text)
    except JsonError as refused:
        outcome = refused
    if isinstance(outcome, JsonError):
        assert outcome.message
        assert outcome.place
    else:
        assert outcome == json.loads(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**399), 10**399) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)  # fmt: skip


@given(JSON)
def test_a_written_value_is_read_back(value: Any) -> None:
    text = dump(value)
    assert load(text) == value
    assert parse(text) == value


@pytest.mark.parametrize(("text", "depth"), [("1", 0), ("[]", 1), ('{"a":[1]}', 2), ("[[],[[]]]", 3), ('"[[["', 0)])
def test_depth(text: str, depth: int) -> None:
    padding = ',"' + "[" * 200 + '"'
    assert not is_deeper_than(f"[{text}{padding}]", depth + 1)
    assert is_deeper_than(f"[{text}{padding}]", depth)
