"""The same server as `statemachine serve`, for those who start gunicorn themselves: `gunicorn -c gunicorn.conf.py`.

Settings come from the environment (see the table in README.md). One worker; nothing to get wrong: what conflicts is
refused at the start.
"""

import os

from statemachine.config import settings_from
from statemachine.logs import configure_logs
from statemachine.server.forced import check_surroundings, forced_settings, prepare_data_directory

configure_logs()
check_surroundings(os.environ)
_settings = settings_from(os.environ, {})
prepare_data_directory(_settings)
globals().update(forced_settings(_settings))
wsgi_app = "statemachine.server.entry:application"
