"""The same server as `statemachine serve`, for those who start gunicorn themselves: `gunicorn -c gunicorn.conf.py`.

Settings come from the environment and statemachine.toml (see docs/settings.md). There is one worker. Gunicorn settings
that conflict with the server are refused at the start.
"""

import os
import sys

from statemachine.config import ConfigError, read_settings
from statemachine.logs import configure_logs
from statemachine.server.forced import check_surroundings, forced_settings, prepare_directories

try:
    check_surroundings(os.environ)
    _settings = read_settings(os.environ, {})
    configure_logs(_settings.log_level, _settings.log_format)
    prepare_directories(_settings)
    globals().update(forced_settings(_settings))
except ConfigError as error:
    sys.stderr.write("".join(f"statemachine: {line}\n" for line in str(error).splitlines()))
    sys.exit(2)
wsgi_app = "statemachine.server.entry:application"
