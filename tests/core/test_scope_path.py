"""Paths of scopes: what one function makes the others take apart."""

from __future__ import annotations

import pytest

from statemachine.core.scope_path import child_path, index_of, parent_path


@pytest.mark.parametrize("parent", ["", "/00002", "/00002/99999"])
@pytest.mark.parametrize("index", [0, 7, 99_999])
def test_a_child_knows_its_parent_and_its_number(parent: str, index: int) -> None:
    path = child_path(parent, index)
    assert parent_path(path) == parent
    assert index_of(path) == index


def test_the_form_of_a_path() -> None:
    assert child_path(child_path("", 2), 0) == "/00002/00000"


def test_paths_sort_as_their_numbers() -> None:
    paths = [child_path("/00002", index) for index in (0, 1, 9, 10, 11, 100, 99_999)]
    assert paths == sorted(paths)


def test_the_root_stands_above_itself() -> None:
    assert parent_path("") == ""
