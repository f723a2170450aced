"""The interface of a query language: a few methods that compile, called only when a definition is registered.

The interpreter uses a language only through this interface, so a state does not know its language. A method raises
ExpressionSyntaxError for text that the language refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from statemachine.query.view import View

Reader = Callable[[View], Any]
"""From a view to the value of a field, a template or an expression."""
Condition = Callable[[View], bool]
"""From a view to the answer of the test in a choice rule."""


class Produced(NamedTuple):
    """The output of a state, and the variables that it assigns (None if it assigns no variables)."""

    output: Any
    assigned: dict[str, Any] | None


class Dataflow(Protocol):
    """Input and output processing of one state, catcher or choice rule.

    A value that passes unchanged must stay the same object, because its JSON text is then kept too.
    """

    def select(self, view: View) -> Any:
        """The effective input (InputPath). `view.input` is the raw input of the state."""

    def arguments(self, view: View) -> Any:
        """The arguments of the state's work (Parameters, Arguments). `view.input` is the effective input."""

    def after(self, view: View) -> Produced:
        """Output and variables. `view.input` is the raw input again.

        `view.result` is the result of the state's work. Of a Pass state it is the Result, else the arguments. It is
        ABSENT for states without work (Wait, Choice, Succeed). In a catcher it is ABSENT too, and `view.error` is the
        error output {"Error": …, "Cause": …}.
        """


class QueryLanguage(Protocol):
    """JSONPath or JSONata."""

    name: str

    def field(self, fields: Mapping[str, Any], name: str, where: str = "") -> Reader | None:
        """The reader of the field `name` in any of its forms (`Seconds`, `SecondsPath`, `{% … %}`), or None if `fields`
        has none of them. The reader checks and converts the value as AWS does for that field. It gives:

        - Seconds: the seconds to wait, a number of at least 0
        - Timestamp: the time to wait for, in epoch seconds
        - TimeoutSeconds, HeartbeatSeconds: whole seconds, at least 1
        - MaxConcurrency, ToleratedFailureCount: a whole number of at least 0
        - ToleratedFailurePercentage: a number from 0 to 100
        - Error, Cause: text
        - Items: a list (JSONPath: ItemsPath; if it is missing, the effective input itself)
        - Credentials: an object with RoleArn
        """

    def template(self, template: Any, where: str) -> Reader:
        """The reader of a payload template. `where` is the name of its field, for messages (`ItemSelector`)."""

    def condition(self, rule: Mapping[str, Any], where: str) -> Condition:
        """The test of one choice rule. `where` is the place of the rule, as in `Choices[1]`."""

    def dataflow(self, fields: Mapping[str, Any], type: str, where: str = "") -> Dataflow:
        """Input and output processing for a state of that type ("Task", …), a catcher or a choice rule.

        For a catcher, `type` is "Catch" and `where` is its place, such as `Catch[0]`. For a choice rule, `type` is
        "Choice", and `fields` are those of the rule with the InputPath and OutputPath of its state.
        """

    def variables_read(self, fields: Mapping[str, Any]) -> set[str]:
        """The names of the variables that a state reads. States nested in it do not count."""
