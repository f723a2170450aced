"""What is not pure, by dotted name. Data for the judge in `purity`."""

from __future__ import annotations

IMPURE_MODULES = {
    "reads a clock": {"sched", "time", "timeit"},
    "draws randomness": {"random", "secrets"},
    "runs beside the caller": {
        "_thread", "asyncio", "concurrent", "contextvars", "multiprocessing", "queue", "subprocess", "threading",
    },
    "logs": {"logging", "structlog", "syslog", "warnings"},
    "does I/O": {
        "boto3", "dbm", "falcon", "fcntl", "fileinput", "glob", "gunicorn", "http", "httptools", "io", "mmap",
        "pathlib", "prometheus_client", "requests", "rich", "select", "selectors", "shelve", "shutil", "socket",
        "sqlite3", "sqlitedict", "ssl", "tempfile", "urllib", "urllib3", "uvicorn", "uvicorn_worker", "uvloop",
    },
    "knows the process": {
        "atexit", "builtins", "click", "ctypes", "gc", "getpass", "importlib", "locale", "os", "platform", "pwd",
        "resource", "runpy", "signal", "sys",
    },
}  # fmt: skip
"""Modules of which nothing is pure, nor anything that other modules have imported of them (`library.sys`)."""

IMPURE_NAMES = {
    "reads a clock": {
        "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    },
    "draws randomness": {
        "uuid.getnode", "uuid.uuid1", "uuid.uuid3", "uuid.uuid4", "uuid.uuid5", "uuid.uuid6", "uuid.uuid7",
        "uuid.uuid8",
    },
    "does I/O": {"input", "open", "print", "codecs.open"},
    "knows the process": {
        "__import__", "breakpoint", "compile", "eval", "exec",
        "exit", "globals", "help", "locals", "quit", "vars",
        "decimal.getcontext", "decimal.setcontext",
    },
    "remembers": {"functools.cache", "functools.cached_property", "functools.lru_cache"},
}  # fmt: skip
PURE_NAMES = {"datetime.time", "urllib.parse"}
"""Names that look like one of the modules above, or are the pure part of one."""
CLOCKS = {"now", "today", "utcnow"}
"""Methods that read a clock, on whatever object they are called."""
ZONED = {"astimezone": 1, "fromtimestamp": 2}
"""Methods that take the process's time zone where they are given fewer arguments."""
MUTATORS = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "setdefault", "update",
}  # fmt: skip
