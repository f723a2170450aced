"""State machines and activities that are registered: rows in the store, an image in memory, compiled definitions in a
cache.

If python-statemachine is installed over this project, it imports this package in the place of its module `registry`.
"""

import statemachine

if not hasattr(statemachine, "DISTRIBUTION"):
    raise ImportError(
        "python-statemachine is installed over statemachine-server: both have a package named statemachine. Install "
        "each in a virtual environment of its own"
    )
