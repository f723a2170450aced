"""Some knowledge is in one module only: the digits of scope paths, the limit on payloads, the parts of ARNs.

Exceptions name a package and a piece of code, so that modules may be renamed.
"""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.architecture.one_place import arn_cuts, payload_limits, scope_digits
from tests.architecture.package import modules, package_of, shown, tree_of
from tests.architecture.ratchet import hold, hold_numbers

ARNS_IN = "arn"
"""The only module that splits ARNs into parts."""

SCOPE_DIGITS = {"core": 1}
"""How often each package knows how many digits an index in a scope's path has."""

BY_CHANCE = "another number, which happens to be the same"
PAYLOAD_LIMITS = {
    ("query", "PAYLOAD_BYTES_MAX"): "the place of the limit",
    ("validation", "FINDINGS_CHARACTERS_MAX"): BY_CHANCE,
}

ARN_CUTS = {
    ("tasks", "a pattern"): "names of functions in Lambda's own grammar, of which an ARN is one form",
    ("validation", "a pattern"): "ARNs of any service, which are checked and not used",
}


def test_the_digits_of_a_scope_path_are_known_in_one_place() -> None:
    found = Counter(package_of(path) for path in modules() for _ in scope_digits(tree_of(path)))
    hold_numbers(found, SCOPE_DIGITS)


def test_the_limit_on_payloads_is_written_once() -> None:
    found = {
        (package_of(path), name): f"{shown(path)}:{line}"
        for path in modules()
        for name, line in payload_limits(tree_of(path))
    }
    hold(found, PAYLOAD_LIMITS)


def test_arns_are_taken_apart_in_one_place() -> None:
    found = {
        (package_of(path), code): f"{shown(path)}:{line}"
        for path in modules()
        if package_of(path) != ARNS_IN
        for code, line in arn_cuts(tree_of(path))
    }
    hold(found, ARN_CUTS)


@pytest.mark.parametrize(
    "source",
    ["f'{path}/{index:05d}'", "f'{index:05}'", "path[:-6]", "path[-5:]", "str(i).zfill(5)", r"re.compile(r'/\d{5}')"],
)
def test_digits_are_found(source: str) -> None:
    assert list(scope_digits(ast.parse(source)))


@pytest.mark.parametrize("source", ["f'{index:06d}'", "text[:-1]", "text[5:]", "str(i).zfill(6)", "x = -5"])
def test_other_digits_are_not(source: str) -> None:
    assert not list(scope_digits(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["x = 262144", "x = 262_144", "f(256 * 1024)", "2**18", "1 << 18", "x = 'at most 262,144 bytes'"]
)
def test_the_limit_is_found(source: str) -> None:
    assert list(payload_limits(ast.parse(source)))


@pytest.mark.parametrize("source", ["'''of 262144 bytes'''\nx = 1", "x = 262_145", "x = 1024 * 1024"])
def test_other_limits_are_not(source: str) -> None:
    assert not list(payload_limits(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "role_arn.split(':')", "execution.arn.split(':', 4)[3]", "started['executionArn'].partition(':')",
        "resource.rpartition(':')", "text.rpartition(':')[2]", "text.rsplit(':', 1)[-1]", "text.split(':', 5)",
        "_, _, _, region, account, rest = text.split(':')", "re.compile('arn:aws:(?P<service>[a-z]+)')",
    ],
)  # fmt: skip
def test_cuts_of_arns_are_found(source: str) -> None:
    assert list(arn_cuts(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "id.partition(':')", "machine, _, name = id.partition(':')", "target.rpartition(':')", "warnings.split(':')",
        "learned.split(':')", "role_arn.split('/')", "host, port = text.split(':', 1)", "'arn:aws:states'",
    ],
)  # fmt: skip
def test_other_cuts_are_not(source: str) -> None:
    assert not list(arn_cuts(ast.parse(source)))
