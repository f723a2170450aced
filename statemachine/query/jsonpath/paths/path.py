"""Paths: `$.a.b[0]` into the input, `$$.Execution.Id` into the context object, `$name.a` into a variable.

A path is compiled once and then shared. Knows nothing of states. A failure names a field only if the caller names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter
from typing import Any

from statemachine.errors import ExpressionSyntaxError, RuntimeFailure, StateError
from statemachine.json_text import dump
from statemachine.query.jsonpath.paths.lookup import compile_keys, compile_lookup, obstacle
from statemachine.query.jsonpath.paths.placement import place
from statemachine.query.jsonpath.paths.scanner import Scanner
from statemachine.query.jsonpath.paths.segments import Segment, read_segments
from statemachine.query.language import Reader
from statemachine.query.view import ABSENT, View

SELECTING_LENGTH_MAX = 4096
"""How many characters a path may have if it has segments other than names and indexes."""

_ROOT = re.compile(r"\$\$|\$[^\W\d]\w*|\$")


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path.

    `root` is "$" (the input), "$$" (the context object) or the name of a variable. A `definite` path finds one value at
    most; `find` gives ABSENT if it finds none. Any other path finds a list. A `reference` path has only names and
    indexes.
    """

    text: str
    root: str
    definite: bool
    reference: bool
    segments: tuple[Segment, ...] = field(repr=False)
    find: Reader = field(repr=False, compare=False)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the path reads: none or one."""
        return frozenset() if self.root in ("$", "$$") else frozenset({self.root})

    def read(self, view: View) -> Any:
        """The value that the path finds. Raises RuntimeFailure `Invalid path '$.x' : …`."""
        value = self.find(view)
        if value is ABSENT:
            raise self.failure(view)
        return value

    def read_or(self, failure: Callable[[View], StateError]) -> Reader:
        """As `read`, but if nothing is found it raises the error that `failure` gives."""
        find = self.find

        def read(view: View) -> Any:
            value = find(view)
            if value is ABSENT:
                raise failure(view)
            return value

        return read

    def reader(self, name: str) -> Reader:
        """As `read`, with a failure that names the field `name`, as failures in templates do (recorded)."""
        return self.read_or(
            lambda view: RuntimeFailure(
                f"The JSONPath '{self.text}' specified for the field '{name}' {self.not_found_in(view)}"
            )
        )

    def put(self, target: Any, value: Any) -> Any:
        """A copy of `target` with `value` at the place that this reference path names (ResultPath).

        Raises StateError States.ResultPathMatchFailure if another value in `target` is in the way.
        """
        return place(target, [segment.key for segment in self.segments if segment.key is not None], value, self.text)

    def failure(self, view: View) -> RuntimeFailure:
        """Why the path finds nothing (recorded for InputPath, OutputPath and TimeoutSecondsPath)."""
        document = _document(self.root, view)
        if document is ABSENT:
            return RuntimeFailure(f"Invalid path '{self.text}' : The variable '${self.root}' has not been assigned")
        return RuntimeFailure(f"Invalid path '{self.text}' : {obstacle(self.segments, document)}")

    def not_found_in(self, view: View) -> str:
        """The end of a message about a path that finds nothing."""
        document = _document(self.root, view)
        if document is ABSENT:
            return f"could not be found: the variable '${self.root}' has not been assigned"
        return f"could not be found in the input '{dump(document)}'"


def parse_path(text: str) -> Path:
    """The compiled path. Raises ExpressionSyntaxError."""
    if not isinstance(text, str):
        raise ExpressionSyntaxError("A path must be a string")
    return _parse_path(text)


@lru_cache(maxsize=8192)
def _parse_path(text: str) -> Path:
    scanner = Scanner(text)
    path = read_path(scanner)
    scanner.skip_blanks()  # deployed definitions have blanks and line feeds there. Ours: in all fields, as Jayway
    if not scanner.at_end:
        raise scanner.refusal("A segment of a path begins with '.' or '['")
    return path


def parse_reference_path(text: str) -> Path:
    """A path into the input that has only names and indexes (ResultPath). Raises ExpressionSyntaxError."""
    path = parse_path(text)
    if path.root != "$" or not path.reference:
        raise ExpressionSyntaxError(f"'{text}' is no Reference Path: it may have names and indexes after $ only")
    return path


def read_path(scanner: Scanner) -> Path:
    """The path that begins at the scanner's position. More text may follow. Raises ExpressionSyntaxError."""
    begin = scanner.position
    sign = scanner.take(_ROOT)
    if sign is None:
        raise scanner.refusal("A path begins with $")
    segments = read_segments(scanner)
    text = scanner.text[begin : scanner.position]
    if len(text) > SELECTING_LENGTH_MAX and any(segment.key is None for segment in segments):
        raise scanner.refusal(f"A path of more than names and indexes may have {SELECTING_LENGTH_MAX} characters")
    root = sign if sign in ("$", "$$") else sign[1:]
    return Path(
        text=text,
        root=root,
        definite=all(segment.definite for segment in segments),
        reference=all(segment.reference for segment in segments),
        segments=segments,
        find=_find(root, segments),
    )


def _find(root: str, segments: Sequence[Segment]) -> Reader:
    """The reader of what a path finds. To follow names and indexes is no work."""
    if any(segment.key is None for segment in segments):
        lookup = compile_lookup(segments)
        return lambda view: view.work.once(lookup, _document(root, view), view.work)
    if root == "$" and not segments:
        return attrgetter("input")
    follow = compile_keys([segment.key for segment in segments])
    if root == "$":
        return lambda view: follow(view.input)
    if root == "$$":
        return lambda view: follow(view.context)
    return lambda view: follow(view.variables.get(root, ABSENT))


def _document(root: str, view: View) -> Any:
    if root == "$":
        return view.input
    return view.context if root == "$$" else view.variables.get(root, ABSENT)
