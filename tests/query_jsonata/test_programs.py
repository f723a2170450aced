"""Programs: the request of a group of fields, the place where it is evaluated, and the use of its result."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings

from statemachine.errors import ExpressionSyntaxError, QueryEvaluationError
from statemachine.query.evaluation import EvaluationLimits, EvaluationRequest, EvaluationResult, ExpressionFailed, Value
from statemachine.query.jsonata import JSONATA
from statemachine.query.jsonata.analysis.analyse import analyse
from statemachine.query.jsonata.analysis.reads import pick
from statemachine.query.jsonata.evaluation.evaluate import evaluate
from statemachine.query.jsonata.programs import WORK_MAX
from statemachine.query.view import Chance, View
from statemachine.query.work import Unfinished
from tests.query_jsonata.texts import BINDINGS, EXPRESSIONS

COSTLY = "$map([1], function($e) { $e }) "
"""An expression with it is not cheap, so it is evaluated elsewhere."""


class Elsewhere:
    """Evaluates requests and records them."""

    def __init__(self) -> None:
        self.requests: list[EvaluationRequest] = []

    def __call__(self, request: EvaluationRequest) -> EvaluationResult:
        self.requests.append(request)
        return evaluate(request)


def run(template: Any, input: Any = None, **more: Any) -> tuple[Any, list[EvaluationRequest]]:
    elsewhere = Elsewhere()
    value = JSONATA.template(template, "Output")(View(input, evaluate=elsewhere, **more))
    return value, elsewhere.requests


def test_a_cheap_group_is_evaluated_here() -> None:
    assert run({"a": "{% $states.input.x %}", "b": ["{% 1 + 1 %}"]}, {"x": 7}) == ({"a": 7, "b": [2]}, [])


def test_one_costly_expression_sends_the_whole_group_as_one_request() -> None:
    value, (request,) = run({"a": "{% $states.input.x %}", "b": f"{{% {COSTLY}%}}"}, {"x": 7})
    assert value == {"a": 7, "b": 1}
    assert request.expressions == ("$states.input.x", COSTLY.strip())


def test_cheap_expressions_over_much_data_are_evaluated_elsewhere() -> None:
    text = "x" * (WORK_MAX // 2)
    assert run("{% $states.input.a %}", {"a": text[: WORK_MAX // 4]})[1] == []
    value, (request,) = run("{% $states.input.a %}", {"a": text})
    assert value == text
    assert json.loads(request.bindings) == {"states": {"input": {"a": text}}}


def test_many_cheap_expressions_are_evaluated_elsewhere() -> None:
    assert run(["{% 1 %}"] * 100)[1] == []
    assert len(run(["{% 1 %}"] * 1_000)[1]) == 1


def test_without_another_process_everything_is_evaluated_here() -> None:
    assert JSONATA.template(f"{{% {COSTLY}%}}", "Output")(View({})) == 1


def test_a_request_has_only_the_values_that_are_read() -> None:
    expressions = ["$states.input.a.b", "$states.result", "$v.c", "$count", COSTLY]
    _, (request,) = run(
        [f"{{% {text} %}}" for text in expressions],
        {"a": {"b": 1, "big": "…"}, "big": "…"},
        result=[2],
        error={"Error": "E"},
        variables={"v": [{"c": 3, "big": "…"}], "count": 4, "big": "…"},
        context=pytest.fail,
    )
    assert json.loads(request.bindings) == {
        "states": {"input": {"a": {"b": 1}}, "result": [2]},
        "v": [{"c": 3}],
        "count": 4,
    }


def test_a_request_has_only_these_values_also_of_deeply_nested_data() -> None:
    value: Any = {"a": 1, "big": "…"}
    for _ in range(450):
        value = [value]
    assert run("{% $states.input.a %}", value)[0] == 1


def test_the_whole_of_states_has_its_existing_members_in_the_order_of_aws() -> None:
    value, _ = run("{% $states %}", 1, result=2, context=lambda: {"State": {"Name": "S"}})
    assert json.dumps(value) == '{"input": 1, "context": {"State": {"Name": "S"}}, "result": 2}'
    value, _ = run("{% $states %}", 1, error={"Error": "E", "Cause": "c"})
    assert json.dumps(value) == '{"input": 1, "context": {}, "errorOutput": {"Error": "E", "Cause": "c"}}'


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_values_outside_the_request_make_no_difference(expression: str) -> None:
    try:
        reads = analyse(expression).reads
    except ExpressionSyntaxError:
        assume(False)
    limits = EvaluationLimits(milliseconds=200, depth=60, sequence=2_000)
    read = {name: pick(value, reads[name]) for name, value in BINDINGS.items() if name in reads}
    with_all, with_read = (
        evaluate(EvaluationRequest((expression,), json.dumps(bindings), limits=limits)).results[0]
        for bindings in (BINDINGS, read)
    )
    assert with_read == with_all or (isinstance(with_read, ExpressionFailed) and isinstance(with_all, ExpressionFailed))


def test_the_same_view_makes_the_same_request() -> None:
    template = {"a": f"{{% [$now(), $uuid(), {COSTLY}, $states.input, $v] %}}", "b": "{% $random() %}"}
    views = [{"now": 17.25, "chance": Chance("seed"), "variables": {"v": [1]}} for _ in range(2)]
    (first, (one,)), (second, (other,)) = (run(template, {"x": 1}, **view) for view in views)
    assert (one, first) == (other, second)
    assert one.now == 17_250


def test_a_request_has_time_and_seed_only_if_they_are_used() -> None:
    _, (request,) = run(f"{{% {COSTLY}%}}", now=17.25, chance=Chance("seed"))
    assert (request.now, request.seed) == (0, "")


def test_a_request_draws_nothing_from_the_views_chance() -> None:
    chance = Chance("seed")
    run("{% $uuid() %}", chance=chance)
    assert chance.uuid4() == Chance("seed").uuid4()


def test_each_group_and_each_expression_has_its_own_chance() -> None:
    chance = Chance("seed")
    flow = JSONATA.dataflow({"Arguments": "{% $uuid() %}", "Output": ["{% $uuid() %}", "{% $uuid() %}"]}, "Task")
    arguments = flow.arguments(View({}, chance=chance))
    assert len({arguments, *flow.after(View({}, chance=chance)).output}) == 3


def test_unfinished_passes_through() -> None:
    def unfinished(request: EvaluationRequest) -> EvaluationResult:
        raise Unfinished

    view = View({}, evaluate=unfinished)
    asks: list[Any] = [
        JSONATA.template(f"{{% {COSTLY}%}}", "Output"),
        JSONATA.field({"Seconds": f"{{% {COSTLY}%}}"}, "Seconds"),
        JSONATA.condition({"Condition": f"{{% {COSTLY}%}}"}, "Choices[0]"),
        JSONATA.dataflow({"Arguments": f"{{% {COSTLY}%}}"}, "Task").arguments,
        JSONATA.dataflow({"Output": f"{{% {COSTLY}%}}"}, "Task").after,
    ]
    for ask in asks:
        with pytest.raises(Unfinished):
            ask(view)


def test_the_first_expression_without_a_value_is_the_failure() -> None:
    template = {"a": "{% 1 %}", "b": ["{% $nope %}"], "c": "{% $foo() %}"}
    with pytest.raises(QueryEvaluationError) as raised:
        run(template)
    assert raised.value.location == "Output/b[0]"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (
            EvaluationResult((ExpressionFailed("D1012", "Too long"),)),
            "threw an error during evaluation. D1012: Too long",
        ),
        (
            EvaluationResult((ExpressionFailed("", "The evaluator died"),)),
            "threw an internal error during evaluation. The evaluator died",
        ),
        (EvaluationResult((Value("1"), ExpressionFailed("", "…"))), "threw an internal error during evaluation. …"),
    ],
)
def test_an_answer_may_end_early_with_a_failure(answer: EvaluationResult, cause: str) -> None:
    read = JSONATA.template([f"{{% {COSTLY}%}}", f"{{% {COSTLY}%}}"], "Output")
    with pytest.raises(QueryEvaluationError) as raised:
        read(View({}, evaluate=lambda request: answer))
    place = len(answer.results) - 1
    text = f"The JSONata expression '{COSTLY.strip()}' specified for the field 'Output[{place}]' {cause}"
    assert (raised.value.cause, raised.value.location) == (text, f"Output[{place}]")
