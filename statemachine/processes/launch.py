"""Starts a child program from the package that the server itself runs: `python -P launch.py MODULE ARGUMENT…`.

With -P, Python looks for modules neither in the working directory nor in this one. So a file `json.py` or a folder
`statemachine` in the working directory cannot take the place of the program's own modules. Must not import the package
before its place is in the search path.
"""

import os
import runpy
import sys

if __name__ == "__main__":
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if root not in sys.path:  # the server was started from a directory that is not installed
        sys.path.insert(0, root)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
