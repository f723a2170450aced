"""Validates definitions: finds all errors at once, with AWS's codes and their places in the text.

Judges only text: it never runs, compiles or stores a definition. First it checks the JSON Schema files of `schemas/`
(`schema`), then the rules that a schema cannot express (`rules`). A definition without errors can be compiled without
further checks.
"""

from statemachine.validation.definition import validate, validate_state
from statemachine.validation.finding import Finding, errors, invalid_definition

__all__ = ["Finding", "errors", "invalid_definition", "validate", "validate_state"]
