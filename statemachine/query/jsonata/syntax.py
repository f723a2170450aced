"""The syntax tree of an expression, as the parser of jsonata-python builds it (the native evaluator shows none).

Knows the shape of the library's tree, so that nobody else has to; judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from statemachine.jsonata_library import JException, Jsonata, Parser

Node: TypeAlias = Any
"""A node of the library's tree. Its `type` says which of its other attributes mean something."""

BUILT_IN = frozenset(Jsonata.static_frame.bindings)
"""The names of JSONata's own functions."""

CHARACTERS_MAX = 65_536
"""Ours: the longest expression that is read; the parser takes about ten microseconds for a token."""
DEFAULTS_MAX = 6
"""Ours: how many `?:` and `??` an expression may have to be read: the parser doubles its work with each one."""


class Unread(Exception):
    """There is no tree. `refused`: the text is no JSONata; else it may be, but the parser cannot tell."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


def read_syntax(text: str) -> Node:
    """The root of the tree. Raises Unread."""
    if len(text) > CHARACTERS_MAX or text.count("?:") + text.count("??") > DEFAULTS_MAX:
        raise Unread("The expression is too long to be looked into")
    try:
        # The blank: the tokenizer looks beyond a comment at the end.
        return Parser().parse(f"{text} ", _uncompiled)
    except JException as error:
        raise Unread(f"{error.error}: {error}", refused=True) from None
    except Exception as error:
        # Nested too deeply, or one of the places where Python's strings end otherwise than JavaScript's.
        raise Unread(repr(error)) from None


_SINGLE = (
    *("procedure", "lhs", "rhs", "condition", "then", "_else", "pattern", "update", "delete", "expression", "body"),
    *("expr", "group"),
)
_SEVERAL = ("steps", "expressions", "arguments", "lhs_object", "terms", "predicate", "stages")


def children(node: Node) -> Iterator[Node]:
    """The nodes that this one is made of; names that it binds are none."""
    if node.type in ("lambda", "bind"):
        yield node.body if node.type == "lambda" else node.rhs
        return
    for name in _SINGLE:
        child = getattr(node, name)
        if child is not None:
            yield child
    for name in _SEVERAL:
        for element in getattr(node, name) or ():
            # The members of an object come in pairs.
            yield from element if isinstance(element, list) else (element,)


def is_plain(node: Node) -> bool:
    """Is there nothing behind this step or value: no predicate, no grouping, no name for its focus or index?"""
    return not (node.predicate or node.stages or node.group or node.focus or node.index or node.tuple)


def _uncompiled(pattern: str, flags: Any) -> Any:
    """Stands for a compiled regular expression: the evaluator's dialect is not Python's."""
    return pattern
