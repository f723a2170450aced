"""What `gunicorn -c gunicorn.conf.py` loads in its worker: the application with settings from the
environment and the file."""

import os

from statemachine.app import App
from statemachine.config import read_settings

application = App(read_settings(os.environ, {}))
