"""What an operator may set: the settings, where they come from, and what is wrong with them."""

from statemachine.config.settings import ENVIRONMENT, Settings
from statemachine.config.shell_command import ShellCommand
from statemachine.config.sources import Configuration, read_configuration, read_settings
from statemachine.config.values import ConfigError

__all__ = [
    "ENVIRONMENT",
    "ConfigError",
    "Configuration",
    "Settings",
    "ShellCommand",
    "read_configuration",
    "read_settings",
]
