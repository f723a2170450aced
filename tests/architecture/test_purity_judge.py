"""The judge of purity: what it refuses and what it lets pass."""

from __future__ import annotations

import pytest

from tests.architecture.purity import judge

REFUSED = {
    "import datetime\ndef f(): return datetime.datetime.now()": "datetime.datetime.now",
    "import datetime as d\ndef f(): return d.datetime.utcnow()": "datetime.datetime.utcnow",
    "from datetime import datetime as d\nx = d.now(None)": "datetime.datetime.now",
    "from datetime import date\nx = date.today": "datetime.date.today",
    "def f():\n    from datetime import datetime\n    return datetime.now()": "datetime.datetime.now",
    "from datetime import datetime\nclock = datetime\ndef f(): return clock.now()": "datetime.datetime.now",
    "import datetime\ndef f(): return getattr(datetime.datetime, 'now')()": "datetime.datetime.now",
    "def f(clock): return clock.now()": ".now()",
    "def f(moment): return moment.astimezone()": ".astimezone()",
    "from datetime import datetime\ndef f(now): return datetime.fromtimestamp(now)": ".fromtimestamp()",
    "import time\ndef f(): return time.time()": "time.time",
    "from time import perf_counter as p\ndef f(x=p): return x()": "time.perf_counter",
    "import random": "random",
    "from random import Random\nx = Random(1)": "random.Random",
    "from secrets import token_hex": "secrets.token_hex",
    "import uuid\ndef f(): return uuid.uuid4()": "uuid.uuid4",
    "from uuid import uuid5\ndef f(x): return uuid5(x, '')": "uuid.uuid5",
    "import os\nx = os.urandom(3)": "os.urandom",
    "import os.path": "os.path",
    "from os import environ": "os.environ",
    "from os import *": "os.*",
    "from statemachine.core.model import *": "statemachine.core.model.*",
    "import sys\nsys.setrecursionlimit(9)": "sys.setrecursionlimit",
    "import jsonata.jsonata as library\nlibrary.sys.setrecursionlimit(9)": "jsonata.jsonata.sys.setrecursionlimit",
    "from jsonata.jsonata import sys as s\ns.exit()": "jsonata.jsonata.sys.exit",
    "from statemachine import logs\nx = logs.sys": "statemachine.logs.sys",
    "import io": "io",
    "import asyncio": "asyncio",
    "from threading import Lock": "threading.Lock",
    "from concurrent.futures import ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "import structlog": "structlog",
    "import urllib.request": "urllib.request",
    "def f(x): return open(x)": "open",
    "def f(write=print): write()": "print",
    "def f(): return input()": "input",
    "class A:\n    input: str\n    def f(self): return input()": "input",
    "eval('1')": "eval",
    "exec('1')": "exec",
    "x = __import__('os')": "__import__",
    "def f(): globals()['x'] = 1": "globals",
    "x = 0\ndef f():\n    global x\n    x = 1": "x",
    "seen = {}\ndef f(x): seen[x] = 1": "seen",
    "seen = {}\ndef f(x): del seen[x]": "seen",
    "seen = []\ndef f(x): seen.append(x)": "seen",
    "seen = set()\ndef f(x):\n    def g(): seen.add(x)": "seen",
    "counts = {}\ndef f(x): counts[x] += 1": "counts",
    "import itertools\nnumbers = itertools.count()\ndef f(): return next(numbers)": "numbers",
    "class A: pass\ndef f(): A.seen = 1": "A",
    "class A: pass\ndef f(): setattr(A, 'seen', 1)": "A",
    "import json\njson.loads = None": "json",
    "from functools import lru_cache\n@lru_cache(9)\ndef f(x): return x": "functools.lru_cache",
    "import functools as ft\nclass A:\n    @ft.cached_property\n    def f(self): return 1": "functools.cached_property",
}  # fmt: skip

PASSED = [
    "import datetime\ndef f(now): return datetime.datetime.fromtimestamp(now, datetime.UTC)",
    "from datetime import UTC, date, datetime, time\nx = datetime(2024, 1, 1, tzinfo=UTC), date.min, time(1)",
    "import uuid\ndef f(raw: bytes) -> uuid.UUID: return uuid.UUID(bytes=raw, version=4)",
    "import hashlib, math, re, json\nx = json.dumps(math.pi), re.compile('a'), hashlib.sha256(b'')",
    "from urllib.parse import quote\nx = quote('')",
    "def f(walk): return walk.now, walk.moment.now",
    "def f(input, open): return input(open)",
    "def f(input): return [input() for _ in range(3)]",
    "def f():\n    def input(): return 1\n    return input()",
    "class A:\n    input: str\n    def f(self): return self.input",
    "def f(): os = 1; return os",
    "def f(sys): return sys.path",
    "from statemachine.query.jsonata.evaluation.host_functions import random\nx = random",
    "table = {}\ntable['a'] = 1\ntable.update(b=2)",
    "table = {}\ndef f(x): return table[x], table.get(x)",
    "def f(x):\n    seen = {}\n    seen[x] = 1\n    def g(): seen.clear()\n    return g",
    "def f(seen): seen.append(1)",
    "class A:\n    def f(self, x): self.x = x; self.all[x] = 1; self.all.pop(x)",
    "def f():\n    x = 0\n    def g():\n        nonlocal x\n        x = 1",
]


@pytest.mark.parametrize(("source", "name"), REFUSED.items())
def test_what_is_refused(source: str, name: str) -> None:
    assert name in [finding.name for finding in judge(source)]


@pytest.mark.parametrize("source", PASSED)
def test_what_passes(source: str) -> None:
    assert judge(source) == []


def test_a_finding_says_where() -> None:
    (finding,) = judge("import datetime\nclass A:\n    def f(self):\n        return datetime.datetime.now()")
    assert (finding.within, finding.line, finding.why) == ("A.f", 4, "reads a clock")


def test_an_import_is_told_once_with_its_use() -> None:
    assert len(judge("from uuid import uuid4\ndef f(): return uuid4()")) == 1
    assert [finding.line for finding in judge("from uuid import uuid4")] == [1]
