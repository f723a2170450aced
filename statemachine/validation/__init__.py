"""Is a definition valid, and what is wrong with it? Everything at once, with AWS's codes and the place in the text.

Judges text only: never runs, compiles or stores a definition. First the JSON Schema files of `schemas/` (`schema`),
then the rules that a schema cannot say (`rules`). A definition without errors can be compiled without further checks.
"""

from statemachine.validation.definition import validate, validate_state
from statemachine.validation.finding import Finding, errors, invalid_definition

__all__ = ["Finding", "errors", "invalid_definition", "validate", "validate_state"]
