"""Both stores give the same results for any sequence of calls, also after restarts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from statemachine.store.interface import KeyConflict, StaleEpoch, Store
from statemachine.store.memory import MemoryStore
from statemachine.store.sqlite import SqliteStore
from tests.store.fast_directory import fast_directory

TEXTS = st.text(st.sampled_from("\0\x01/0ab\x7fé\ud7ff\ue000\uffff\U00010000\U0010ffff"), max_size=4)
KEYS = TEXTS.filter(bool)
VALUES = st.sampled_from([b"1", b'"two"', b'{"three":[3]}'])


class TwoStores(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.directory = fast_directory()
        self.path = Path(self.directory.name) / "store.db"
        self.memory = MemoryStore()
        self.sqlite = SqliteStore(self.path)
        self.epoch = 0

    def teardown(self) -> None:
        self.sqlite.close()
        self.directory.cleanup()

    def both(self, call: Callable[[Store], Any]) -> Any:
        answers = []
        for store in (self.memory, self.sqlite):
            try:
                answers.append(call(store))
            except (KeyConflict, StaleEpoch) as refused:
                answers.append((type(refused), str(refused)))
        assert answers[0] == answers[1]
        return answers[0]

    @rule(rows=st.dictionaries(KEYS, VALUES | st.none(), max_size=6), fresh=st.dictionaries(KEYS, VALUES, max_size=3))
    def commit(self, rows: dict[str, bytes | None], fresh: dict[str, bytes]) -> None:
        new = {key: value for key, value in fresh.items() if key not in rows}
        self.both(lambda store: store.commit(rows, new, self.epoch))

    @rule(fresh=st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
    def commit_late(self, fresh: dict[str, bytes]) -> None:
        self.both(lambda store: store.commit({}, fresh, self.epoch - 1))

    @rule()
    def raise_epoch(self) -> None:
        self.epoch = self.both(lambda store: store.raise_epoch())

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        self.both(lambda store: store.get(key))

    @rule(
        prefix=TEXTS,
        after=TEXTS,
        limit=st.none() | st.integers(0, 5),
        before=st.none() | TEXTS,
        reverse=st.booleans(),
    )
    def scan(self, prefix: str, after: str, limit: int | None, before: str | None, reverse: bool) -> None:
        self.both(lambda store: store.scan(prefix, after, limit, before=before, reverse=reverse))

    @rule(prefixes=st.lists(TEXTS, max_size=4))
    def gather(self, prefixes: list[str]) -> None:
        self.both(lambda store: store.gather(prefixes))

    @rule()
    def restart(self) -> None:
        self.sqlite.close()
        self.sqlite = SqliteStore(self.path)

    @invariant()
    def hold_the_same(self) -> None:
        self.both(lambda store: store.scan(""))
        self.both(lambda store: store.scan("", reverse=True))


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
