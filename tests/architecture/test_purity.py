"""The pure packages do no I/O and know no clock, randomness, thread or environment (law 1).

The same holds for every module that they import, directly or through others.
"""

from __future__ import annotations

from pathlib import Path

from tests.architecture.package import dotted, imports, modules, package_of, shown
from tests.architecture.purity import judge
from tests.architecture.ratchet import hold

PURE = ["times", "query", "core", "replay"]

MEMORY_OF_TEXTS = "a pure function of short texts, kept for the latest of them"
EXCEPTIONS = {
    ("query", "_parse_path", "functools.lru_cache"): MEMORY_OF_TEXTS,
    ("query", "_steps", "functools.lru_cache"): MEMORY_OF_TEXTS,
    ("query", "compile_pattern", "functools.lru_cache"): MEMORY_OF_TEXTS,
    ("query", "analyse", "functools.lru_cache"): MEMORY_OF_TEXTS,
    ("query", "_named", "functools.lru_cache"): MEMORY_OF_TEXTS,
    ("core", "parse_resource", "functools.lru_cache"): MEMORY_OF_TEXTS,
    ("jsonata_library", "", "Functions"): "corrects the library, once, when it is imported",
    ("jsonata_library", "_recursion_limit_put_back", "sys.getrecursionlimit"): "undoes what the library does",
    ("jsonata_library", "_recursion_limit_put_back", "sys.setrecursionlimit"): "undoes what the library does",
}
"""Package, function and name, with the reason. It names no module, so that modules may be renamed."""


def reached_from(packages: list[str]) -> list[Path]:
    """The modules of the packages, and all that they import, directly or through others."""
    by_name = {dotted(path): path for path in modules()}
    waiting = modules(*packages)
    reached: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += [by_name[name] for name in imports(path) if name in by_name]
    return sorted(reached)


def test_the_pure_packages_and_what_they_import_are_pure() -> None:
    found = {
        (package_of(path), finding.within, finding.name): f"{shown(path)}:{finding.line} {finding.why}"
        for path in reached_from(PURE)
        for finding in judge(path.read_text())
    }
    hold(found, EXCEPTIONS)


def test_the_pure_packages_are_there() -> None:
    assert {package_of(path) for path in modules(*PURE)} == set(PURE)
