"""The settings of a server: their types, their sources and the errors in them."""

from statemachine.config.settings import ENVIRONMENT, Settings
from statemachine.config.shell_command import ShellCommand
from statemachine.config.sources import SettingsWithOrigins, read_settings, read_settings_with_origins
from statemachine.config.values import ConfigError

__all__ = [
    "ENVIRONMENT",
    "ConfigError",
    "Settings",
    "SettingsWithOrigins",
    "ShellCommand",
    "read_settings",
    "read_settings_with_origins",
]
