"""Page tokens: each leads to the next page of one list."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statemachine.errors import ServiceError
from statemachine.service.paging import TOKEN_SECONDS, make_page_token, page_size, read_page_number, read_page_token
from statemachine.testing import START

WANTED = ("ListThings", "of mine", None)


def forged(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def genuine(position: str, made: str = "1700000000") -> str:
    """A token with the right digest, which is no secret."""
    digest = base64.urlsafe_b64decode(make_page_token("", WANTED, START)).decode().split("\n")[1]
    return forged(f"{made}\n{digest}\n{position}")


def refused(token: str, wanted: tuple[object, ...] = WANTED, now: float = START) -> None:
    with pytest.raises(ServiceError) as refusal:
        read_page_number(token, wanted, now)
    assert (refusal.value.code, refusal.value.message) == ("InvalidToken", "Invalid Token: 'Invalid token'")


@pytest.mark.parametrize(("asked", "given"), [(None, 100), (0, 100), (1, 1), (1000, 1000)])
def test_the_page_size_has_a_default(asked: int | None, given: int) -> None:
    assert page_size(asked) == given


@pytest.mark.parametrize("position", ["x", "l/mä/0001/mä:é", "two\nlines", ""])
def test_a_token_holds_the_position_that_it_was_made_for(position: str) -> None:
    assert read_page_token(make_page_token(position, WANTED, START), WANTED, START + TOKEN_SECONDS) == position


def test_without_a_position_there_is_no_token() -> None:
    assert make_page_token(None, WANTED, START) is None


def test_without_a_token_a_list_begins() -> None:
    assert read_page_token(None, WANTED, START) == ""
    assert read_page_number(None, WANTED, START) is None


def test_a_token_is_for_one_list_and_one_day() -> None:
    token = make_page_token("7", WANTED, START)
    assert read_page_number(token, WANTED, START) == 7
    refused(token, ("ListThings", "of others", None))
    refused(token, now=START + TOKEN_SECONDS + 1)


@pytest.mark.parametrize(
    "token",
    ["", "x", "InvalidToken", "é", "====", forged("1\n2"), forged("x\ny\nz"), forged("1" * 700 + "\nx\n1"), "A" * 3096],
)
def test_a_malformed_token_is_refused(token: str) -> None:
    refused(token)


@pytest.mark.parametrize("position", ["x", "-1", "1.5", "٣", "1" * 400])
def test_a_position_must_be_a_number_if_the_list_counts(position: str) -> None:
    refused(genuine(position))


@pytest.mark.parametrize("made", ["9" * 400, "x", ""])
def test_an_invalid_time_in_a_token_is_refused(made: str) -> None:
    assert read_page_number(genuine("1"), WANTED, START) == 1
    refused(genuine("1", made))


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(token: str) -> None:
    with contextlib.suppress(ServiceError):
        read_page_number(token, WANTED, START)
