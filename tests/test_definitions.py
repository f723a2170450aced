"""The examples of definitions/: each is valid and does what its README line says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from statemachine.json_text import load
from statemachine.validation import validate
from tests.core.script import Run

FOLDER = Path(__file__).parent.parent / "definitions"
APPROVAL = frozenset({"arn:aws:states:us-east-1:000000000000:activity:approval"})


def definition(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def given(name: str) -> str:
    return (FOLDER / "inputs" / f"{name}.json").read_text()


def output(run: Run) -> Any:
    assert run.execution.status == "SUCCEEDED", run.execution.cause
    assert run.execution.output is not None
    return load(run.execution.output.text)


def functions() -> ModuleType:
    spec = importlib.util.spec_from_file_location("functions", FOLDER / "functions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_valid(path: Path) -> None:
    assert validate(path.read_text()) == []


def test_hello_greets_by_name_or_the_world() -> None:
    assert output(Run(definition("hello"), given("hello")).finish()) == {"greeting": "Hello, Ada!"}
    assert output(Run(definition("hello")).finish()) == {"greeting": "Hello, world!"}


def test_countdown_waits_a_second_per_step() -> None:
    run = Run(definition("countdown"), given("countdown"))
    began = run.now
    assert output(run.finish()) == "liftoff"
    assert run.now - began == pytest.approx(3)


def test_statement_leaves_out_empty_entries() -> None:
    statement = output(Run(definition("statement"), given("statement")).finish())
    assert statement["lines"] == ["ada #0: 150 for pens", "ada #1: 2400 for a book", "ada #2: -99 for a refund"]
    assert [len(page) for page in statement["pages"]] == [2, 1]


@pytest.mark.parametrize(("approved", "status"), [(True, "SUCCEEDED"), (False, "FAILED")])
def test_approval_follows_the_person(approved: bool, status: str) -> None:
    answers = {"Ask": [{"approved": approved}]}
    run = Run(definition("approval"), given("approval"), answers, APPROVAL).finish()
    assert run.execution.status == status


def test_approval_takes_silence_for_no() -> None:
    run = Run(definition("approval"), given("approval"), {}, APPROVAL).finish()
    assert (run.execution.status, run.execution.error) == ("FAILED", "NotApproved")


def order(**answers: list[Any]) -> Run:
    """The order workflow with the answers that its functions give, or others."""
    made = functions()
    event = json.loads(given("order"))
    usual: dict[str, list[Any]] = {
        "CheckStock": [made.check_stock(event)],
        "CheckCustomer": [{"StatusCode": 200, "Payload": made.check_customer(event)}],
        "PriceLine": [made.price_line({"line": line, "discount": 10}) for line in event["lines"]],
        "Charge": [{"Error": "BankBusy", "Cause": "try again"}, {"id": "charge-e", "amount": 5670}],
        "Ship": [{"parcel": "parcel-of-ada", "paid": 5670}],
        "Refund": [{"refunded": "charge-e"}],
    }
    return Run(definition("order"), given("order"), {**usual, **answers}).finish()


def test_an_order_is_charged_at_the_second_try_and_shipped() -> None:
    run = order()
    assert output(run) == {"parcel": "parcel-of-ada", "paid": 5670}
    assert sum(event.type == "LambdaFunctionFailed" for event in run.history) == 1


def test_an_order_is_refunded_when_it_cannot_be_shipped() -> None:
    run = order(Ship=[{"Error": "NoLorry", "Cause": "all out"}])
    assert run.execution.error == "OrderRefused"
    assert load(run.execution.cause or "")["refund"] == {"refunded": "charge-e"}


def test_an_unknown_customer_is_refused_before_anything_is_charged() -> None:
    run = order(CheckCustomer=[{"Error": "UnknownCustomer", "Cause": "who?"}])
    assert run.execution.error == "OrderRefused"
    assert not any((event.details or {}).get("name") == "Charge" for event in run.history)


@pytest.mark.parametrize(("price", "total", "discount"), [(95, 93.6, True), (40, 49, False)])
def test_basket_sorts_its_lines_and_gives_a_discount_on_a_large_total(price: int, total: float, discount: bool) -> None:
    basket = json.loads(given("basket"))
    basket["lines"][1]["price"] = price
    found = output(Run(definition("basket"), json.dumps(basket)).finish())
    assert [line["name"] for line in found["lines"]] == ["kettle", "tea"]
    assert (found["total"], found["discount"]) == (total, discount)
