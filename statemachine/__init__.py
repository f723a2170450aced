"""Step Functions that you own: Amazon States Language workflows in one durable Python process."""

from typing import NoReturn

DISTRIBUTION = "statemachine-server"
"""The name on the package index, where `statemachine` and `python-statemachine` are other projects."""

_OF_PYTHON_STATEMACHINE = ("State", "StateChart", "StateMachine")


def __getattr__(name: str) -> NoReturn:
    """Raises ImportError for a name of python-statemachine, whose package has the same name; else AttributeError."""
    if name in _OF_PYTHON_STATEMACHINE:
        raise ImportError(
            f"{name} belongs to python-statemachine, and {DISTRIBUTION} is installed over it: both have a package "
            "named statemachine. Install each in a virtual environment of its own"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
