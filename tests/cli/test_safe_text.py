"""Text of others reaches a terminal as text: no control sequence, no line of its own."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest

from statemachine.cli.json_output import echo_json
from statemachine.safe_text import safe, safe_line
from tests.server.real_server import ROOT

BIDIRECTIONAL = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
HOSTILE = "\x1b[2J\x1b]0;t\x07\x9b2J\x08\x7f\u202e\u2066\u2028\r\nFORGED"


def test_no_character_that_changes_a_terminal_is_left() -> None:
    for code in range(0x110000):
        character = chr(code)
        changes_lines = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and character not in "\n\t"
        if changes_lines or unicodedata.bidirectional(character) in BIDIRECTIONAL:
            assert safe(character) == f"\\u{code:04x}"


@pytest.mark.parametrize("text", ["a b", "ä→😀", "\u200d", "{}", "\\n"])
def test_other_text_is_left_alone(text: str) -> None:
    assert safe(text) == safe_line(text) == text


def test_a_line_is_one_line() -> None:
    assert safe_line("a\r\n\tb") == "a\\u000d\\n\\tb"
    assert len(safe_line(HOSTILE).splitlines()) == 1


@pytest.mark.parametrize("indented", [True, False])
def test_json_has_the_same_value(indented: bool, capsys: pytest.CaptureFixture[str]) -> None:
    value = {HOSTILE: [HOSTILE, "a\nb"]}
    echo_json(value, indented=indented)
    printed = capsys.readouterr().out
    assert json.loads(printed) == value
    assert safe(printed) == printed


def test_no_command_prints_json_by_itself() -> None:
    for file in Path(ROOT / "statemachine" / "cli").glob("*.py"):
        if file.name not in ("safe_text.py", "config.py"):
            assert not re.search(r"echo\((json\.)?dumps?\(", file.read_text()), file
