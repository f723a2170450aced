"""What `gunicorn -c gunicorn.conf.py` loads in its worker: the application with settings from the environment."""

import os

from statemachine.app import App
from statemachine.config import settings_from

application = App(settings_from(os.environ, {}))
