"""Strategies for property tests: expressions made from forms of the grammar, and random sequences of tokens."""

from __future__ import annotations

from hypothesis import strategies as st

TOKENS = [
    *("$", "$$", "$x", "$states", "$f", "$now", "$eval", "$uuid", "a", "`b c`", '"s"', "'t'", "1", "-2", "1.5e3"),
    *("true", "null", "and", "or", "in", "function", "λ", "/re/i", "/* c */", " ", "\n", "é", "😀"),
    *(".", "[", "]", "{", "}", "(", ")", ",", "@", "#", ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">"),
    *("^", "**", "..", ":=", "!=", "<=", ">=", "~>", "&", "!", "~", "<n:n>", "($x)", "{$x}", "[0]", "()"),
]
VALUES = [
    *("$x", "$x.a", "$x.a.b", "$x[0].a", "$x[-1].b", "$x.`b c`.a", "$x[a=4].b", "$y.a.b.c", "$y.c", "$states.input.a"),
    *("$states.input.a.b", "$states.input.a[b=2].a.b", "$states.result", "1", "'s'", "a", "b", "$", "[1,2]", "/r/"),
    *('{"k": $y.a}', "%.a", "**.a", "*"),
]
"""Expressions over bindings such as `BINDINGS`."""

BINDINGS = {
    "x": [{"a": [1, {"b": 2}], "b c": {"a": 3}, "k": None}, {"a": 4, "b": [{"a": 5, "c": 6}], "s": "t"}],
    "y": {"a": {"b": {"c": 1}, "a": 2}, "c": "z"},
    "states": {"input": {"a": [{"a": {"b": 1}, "b": 2}, {"b": 3}], "b": {"a": "q"}}, "result": [1, 2]},
}


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    forms = [
        *("({})", "[{}, {}]", '{{"a": {}, "b": {}}}', "{} + {}", "{} & {}", "{}.({})", "{}[{}]", "{}{{a: {}}}"),
        *("{} ? {} : {}", "$f({}, {})", "$map({}, function($v) {{ {} }})", "{} ~> {}"),
        *("($v := {}; {})", "{}^(>{})", "{}@$v.{}", "{}#$v[{}]", "[{}..{}]", "{} ~> |{}|{}|", "-{}", "$string({})"),
    ]
    return st.builds(
        lambda form, parts: form.format(*parts[: form.replace("{{", "").count("{")], *["1"] * 3),
        st.sampled_from(forms),
        st.lists(inner, min_size=3, max_size=3),
    )


EXPRESSIONS = st.recursive(st.sampled_from(VALUES), nested, max_leaves=10)
TEXTS = st.one_of(EXPRESSIONS, st.lists(st.sampled_from(TOKENS), max_size=12).map("".join))
