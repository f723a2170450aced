"""Files with wrong bytes in them. The store refuses to open, refuses to read, or returns the right values.

It never returns a changed value or a value of another key. A row may be missing only if `verify` finds the damage.
"""

from __future__ import annotations

import random
from contextlib import closing, suppress
from pathlib import Path

import pytest

from statemachine.store.interface import StoreDamaged, StoreError
from statemachine.store.sqlite import SqliteStore

ROWS = {
    **{
        f"e/{number % 7}/{number:04}": b'{"amount":%d,"text":"%s"}' % (number, b"x" * (number % 90))
        for number in range(150)
    },
    "large": b'"' + b"y" * 9000 + b'"',
}
PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "store.db"
    store = SqliteStore(path)
    store.commit(ROWS, {}, store.raise_epoch())
    store.close()
    return path.read_bytes()


def served(store: SqliteStore) -> dict[str, bytes]:
    """The values that `get` and `scan` return, by key. Keys that they refuse are left out."""
    found = {}
    for key in ROWS:
        with suppress(StoreDamaged):
            found[key] = store.get(key)
    with suppress(StoreDamaged):
        found |= store.scan("")
    return {key: value for key, value in found.items() if value is not None}


def outcome(path: Path) -> str:
    try:
        store = SqliteStore(path)
    except StoreError:
        return "refused"
    with closing(store):
        rows = served(store)
        assert rows.items() <= ROWS.items()
        try:
            store.verify()
        except StoreDamaged:
            return "found"
        assert rows == ROWS
        return "right"


def test_a_sound_file_is_right(sound: bytes, tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(sound)
    assert outcome(tmp_path / "store.db") == "right"


def test_wrong_bytes_anywhere_are_refused_found_or_harmless(sound: bytes, tmp_path: Path) -> None:
    chance = random.Random(1)
    places = [page + offset for page in range(0, len(sound), PAGE) for offset in (0, 3, 5, 8)]
    places += [chance.randrange(len(sound)) for _ in range(200)]
    results = []
    for number, place in enumerate(places):
        damaged = bytearray(sound)
        for position in range(place, min(place + chance.choice([1, 1, 16]), len(sound))):
            damaged[position] ^= chance.choice([1, 0x20, 0x80, 0xFF])
        path = tmp_path / f"{number}.db"
        path.write_bytes(damaged)
        results.append(outcome(path))
    assert results.count("refused") > 10
    assert results.count("found") > 10


@pytest.mark.parametrize("size", [100, PAGE, 3 * PAGE])
def test_a_truncated_file_is_refused(sound: bytes, tmp_path: Path, size: int) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(sound[:size])
    with pytest.raises(StoreDamaged):
        SqliteStore(path)
    assert path.read_bytes() == sound[:size]


def test_a_changed_value_is_refused_by_name(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    assert sound.count(b'"amount":149,') == 1
    path.write_bytes(sound.replace(b'"amount":149,', b'"amount":949,'))
    store = SqliteStore(path)
    for read_it in (lambda: store.get("e/2/0149"), lambda: store.scan("e/2/"), store.verify):
        with pytest.raises(StoreDamaged, match="the stored value of 'e/2/0149' is not what was written"):
            read_it()
    assert store.get("large") == ROWS["large"]
    store.close()
