"""Calls of intrinsic functions, such as `States.Format('Hello {}', $.name)`, compiled from text to a closure.

Knows the syntax of calls. `table` lists the functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from statemachine.errors import IntrinsicFailure, RuntimeFailure
from statemachine.json_text import parse
from statemachine.query.jsonpath.intrinsics.functions import ArgumentRefused
from statemachine.query.jsonpath.intrinsics.table import INTRINSICS, ArgumentCheck, Intrinsic, template
from statemachine.query.jsonpath.paths.path import Path, read_path
from statemachine.query.jsonpath.paths.scanner import Scanner
from statemachine.query.language import Reader
from statemachine.query.view import View
from statemachine.query.work import LONG, Work

ARGUMENTS_MAX = 10_000
"""Ours: how many arguments a call may have."""
NESTING_MAX = 10
"""How deeply calls may be nested (States Language)."""

_LONG = (str, list, dict)
_NAME = re.compile(r"States\.\w+")
_TEXT = re.compile(r"'(?:[^'\\]|\\['{}\\nrt])*'")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,99})(?:\.\d{1,100})?(?:[eE][+-]?\d{1,2})?(?![\w.])")
_WORD = re.compile(r"(?:true|false|null)(?!\w)")
_ESCAPE = re.compile(r"\\(.)")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class IntrinsicCall:
    """A compiled call. `function` is the function's name, `variables` are the variables that its arguments read.
    `draws` says that it, or a call in it, draws a random value.
    """

    text: str
    function: str
    variables: frozenset[str]
    draws: bool
    read: Reader = field(repr=False, compare=False)

    def reader(self, name: str) -> Reader:
        """The same as `read`: the failures of a call name the call, not the field."""
        return self.read


@dataclass(frozen=True, slots=True)
class _Literal:
    value: Any
    escaped: str | None = None
    variables: frozenset[str] = frozenset()


_Argument = _Literal | Path | IntrinsicCall


def read_call(scanner: Scanner, nesting: int = 1) -> IntrinsicCall:
    """The call that begins at the scanner's position. More text may follow. Raises ExpressionSyntaxError."""
    if nesting > NESTING_MAX:
        raise scanner.refusal(f"Intrinsic functions may be nested {NESTING_MAX} deep at most")
    begin = scanner.position
    name = scanner.take(_NAME)
    if name not in INTRINSICS:
        scanner.position = begin
        raise scanner.refusal("There is no such intrinsic function")
    arguments = _read_arguments(scanner, nesting)
    intrinsic = INTRINSICS[name]
    checks = intrinsic.checks_for(len(arguments))
    if checks is None:
        raise scanner.refusal(f"{name} takes {intrinsic.expects} arguments, not {len(arguments)}")
    text = scanner.text[begin : scanner.position]
    readers = [_reader(argument, text, check is template) for argument, check in zip(arguments, checks, strict=True)]
    variables = frozenset().union(*(argument.variables for argument in arguments))
    call = _calling(intrinsic, checks, readers, text)
    inner = [argument for argument in arguments if isinstance(argument, IntrinsicCall)]
    draws = intrinsic.draws or any(argument.draws for argument in inner)
    # Only the result of the outer call is kept. A call that draws is made in each run: later calls draw after it.
    read = (lambda view: view.work.once(call, view)) if inner and not draws else call
    return IntrinsicCall(text, name, variables, draws, read)


def _read_arguments(scanner: Scanner, nesting: int) -> list[_Argument]:
    arguments: list[_Argument] = []
    scanner.expect("(")
    scanner.skip_blanks()
    if scanner.skip(")"):
        return arguments
    while True:
        arguments.append(_read_argument(scanner, nesting))
        if len(arguments) > ARGUMENTS_MAX:
            raise scanner.refusal(f"A call may have {ARGUMENTS_MAX} arguments at most")
        scanner.skip_blanks()
        if scanner.skip(")"):
            return arguments
        scanner.expect(",")
        scanner.skip_blanks()


def _read_argument(scanner: Scanner, nesting: int) -> _Argument:
    if scanner.text.startswith("$", scanner.position):
        return read_path(scanner)
    if scanner.text.startswith("States.", scanner.position):
        return read_call(scanner, nesting + 1)
    quoted = scanner.take(_TEXT)
    if quoted is not None:
        escaped = _ESCAPE.sub(lambda match: _CONTROLS.get(match[1], match[0]), quoted[1:-1])
        return _Literal(re.sub(r"\\([\\'{}])", r"\1", escaped), escaped)
    constant = scanner.take(_NUMBER) or scanner.take(_WORD)
    if constant is None:
        raise scanner.refusal("A path, a call, a number, true, false, null or a text in single quotes is missing")
    return _Literal(parse(constant))


def _reader(argument: _Argument, call: str, as_template: bool) -> Reader:
    if isinstance(argument, IntrinsicCall):
        return argument.read
    if isinstance(argument, _Literal):
        value = argument.escaped if as_template and argument.escaped is not None else argument.value
        return lambda view: value
    path = argument
    return path.read_or(
        lambda view: RuntimeFailure(
            f"The function '{call}' had the following error: "
            f"The JsonPath argument for the field '{path.text}' {path.not_found_in(view)}"
        )
    )


def _calling(intrinsic: Intrinsic, checks: tuple[ArgumentCheck, ...], readers: list[Reader], text: str) -> Reader:
    function, draws, weighs, each = intrinsic.function, intrinsic.draws, intrinsic.weighs, intrinsic.each

    def call(view: View) -> Any:
        values = [read(view) for read in readers]
        try:
            for place, check in enumerate(checks):
                values[place] = _checked(check, values[place], place)
            if each:
                length = sum([len(value) for value in values if isinstance(value, _LONG)])
                if length > LONG:
                    return view.work.once(_counted, view.work, each * length, function, *values)
            if weighs:
                return function(view.work, *values)
            return function(view.chance, *values) if draws else function(*values)
        except ArgumentRefused as refused:
            raise IntrinsicFailure(f"The function '{text}' had the following error: {refused}") from None

    return call


def _counted(work: Work, amount: float, function: Callable[..., Any], *values: Any) -> Any:
    work.charge(amount)
    return function(*values)


def _checked(check: ArgumentCheck, value: Any, place: int) -> Any:
    try:
        return check(value)
    except ArgumentRefused as refused:
        raise ArgumentRefused(f"Argument {place + 1} {refused}") from None
