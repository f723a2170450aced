"""Runs gunicorn in this process, with the fixed settings and without its configuration files."""

from __future__ import annotations

import os
from typing import Any

from gunicorn.app.base import BaseApplication

from statemachine.app import App
from statemachine.config import Settings
from statemachine.logs import configure_logs
from statemachine.server.forced import check_surroundings, forced_settings, prepare_directories


class Application(BaseApplication):
    """A gunicorn application: it gives gunicorn the settings, and its worker the App."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        assert self.cfg is not None
        for name, value in forced_settings(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return App(self._settings)


def serve(settings: Settings) -> None:
    """Serve until a signal ends the server. Raises ConfigError. Exits with status 3 if the data directory is in use."""
    check_surroundings(os.environ)
    forced_settings(settings)
    prepare_directories(settings)
    configure_logs(settings.log_level, settings.log_format)
    Application(settings).run()  # type: ignore[no-untyped-call]
