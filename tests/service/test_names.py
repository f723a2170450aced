"""Names as AWS allows them."""

from __future__ import annotations

import pytest

from statemachine.errors import ServiceError
from statemachine.service.names import NAME_RULE, as_name, check_name

REFUSED = [*' \t\n\u00a0\u2003<>{}[]?*"#%\\^|~`$&,;:/\x00\x1f\x7f\x85\x9f\ud800\udfff\ufffe\uffff\U0010ffff']


@pytest.mark.parametrize(
    "name", ["a", "A-b_c.9", "a" * 80, "é" * 80, "日本語", "🫨", "a!b", "(a)", "a=b", "@", "+", "'"]
)
def test_an_allowed_name_passes(name: str) -> None:
    check_name(name)
    assert as_name(name) == name


@pytest.mark.parametrize("name", ["", "a" * 81, *(f"a{char}b" for char in REFUSED)])
def test_a_refused_name_is_named_with_the_rule(name: str) -> None:
    with pytest.raises(ServiceError) as refusal:
        check_name(name)
    assert (refusal.value.code, refusal.value.message) == ("InvalidName", f"Invalid Name: '{name}'")
    assert refusal.value.detail == f"Invalid Name: '{name}' ({NAME_RULE})"
    assert refusal.value.members == {"pointer": "/name"}
    check_name(as_name(name))


def test_a_name_is_made_from_a_text() -> None:
    assert as_name("my flow (v2)") == "my-flow-(v2)"
    assert as_name("") == "-"
