"""The application that `gunicorn -c gunicorn.conf.py` loads in its worker. Its settings come from the environment and
the configuration file."""

import os

from statemachine.app import App
from statemachine.config import read_settings

application = App(read_settings(os.environ, {}))
