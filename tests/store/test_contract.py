"""The promises of the Store interface, tested on every store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from statemachine.store.interface import KeyConflict, Readable, Rows, StaleEpoch, Store
from statemachine.store.memory import MemoryStore
from statemachine.store.sqlite import SqliteStore
from tests.store.fast_directory import fast_directory

HIGHEST = "\U0010ffff"


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with fast_directory() as directory:
        made: Store = MemoryStore() if request.param == "memory" else SqliteStore(Path(directory) / "store.db")
        yield made
        made.close()


def write(store: Store, *keys: str) -> None:
    store.commit({key: key.encode() for key in keys}, {}, 0)


def keys(rows: list[tuple[str, bytes]]) -> list[str]:
    assert all(value == key.encode() for key, value in rows)
    return [key for key, _ in rows]


def contents(store: Store) -> dict[str, bytes]:
    return dict(store.scan(""))


def test_an_empty_store_holds_nothing(store: Store) -> None:
    assert store.get("a") is None
    assert store.scan("") == []


def test_values_come_back_byte_for_byte(store: Store) -> None:
    values = {
        "empty": b"",
        "text": '"é 😀"'.encode(),
        "spaced": b'{ "a" : 1.10 }',
        "large": b"[" + b"1," * 500_000 + b"1]",
    }
    store.commit(values, {}, 0)
    assert contents(store) == values
    assert {key: store.get(key) for key in values} == values


def test_a_group_writes_over_deletes_and_inserts(store: Store) -> None:
    store.commit({"kept": b"1", "changed": b"1", "deleted": b"1"}, {}, 0)
    store.commit({"changed": b"2", "deleted": None, "never there": None}, {"fresh": b"3"}, 0)
    assert contents(store) == {"kept": b"1", "changed": b"2", "fresh": b"3"}


def test_an_empty_group_is_a_group(store: Store) -> None:
    store.commit({}, {}, 0)
    assert contents(store) == {}


@pytest.mark.parametrize("count", [498, 499, 500, 998, 2500])
def test_a_group_may_be_of_any_size(store: Store, count: int) -> None:
    first = {f"a{number}": b"1" for number in range(count)}
    store.commit(first, {f"b{number}": b"1" for number in range(count)}, 0)
    assert len(store.scan("")) == 2 * count
    store.commit(dict.fromkeys(first), {}, 0)
    assert len(store.scan("")) == count


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("", ["a", "a/", "a/1", "a/2", "a0", "b"]),
        ("a", ["a", "a/", "a/1", "a/2", "a0"]),
        ("a/", ["a/", "a/1", "a/2"]),
        ("a/1", ["a/1"]),
        ("a/3", []),
        ("c", []),
    ],
)
def test_a_scan_finds_the_keys_with_a_prefix_in_order(store: Store, prefix: str, found: list[str]) -> None:
    write(store, "b", "a0", "a/2", "a", "a/", "a/1")
    assert keys(store.scan(prefix)) == found
    assert keys(store.scan(prefix, reverse=True)) == found[::-1]


@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        ("\ud7ff", ["\ud7ff", "\ud7ff" + HIGHEST], ["\ud7fe", "\ue000"]),
        (HIGHEST, [HIGHEST, HIGHEST * 3], ["a", "\uffff"]),
        ("a" + HIGHEST, ["a" + HIGHEST, "a" + HIGHEST + "b"], ["a", "b"]),
        ("\0", ["\0", "\0\0", "\0a"], ["\x01", "a"]),
        ("a\0", ["a\0", "a\0b"], ["a", "a\x01"]),
        ("é", ["é", "éé"], ["e", "ê"]),
    ],
)
def test_the_edges_of_a_prefix(store: Store, prefix: str, inside: list[str], outside: list[str]) -> None:
    write(store, *inside, *outside)
    assert keys(store.scan(prefix)) == inside
    assert keys(store.scan(prefix, reverse=True)) == inside[::-1]


def test_keys_sort_as_their_utf8_bytes_do(store: Store) -> None:
    # As UTF-16, characters beyond U+FFFF would sort before U+E000.
    ordered = ["\0", "0", "A", "a", "é", "\ud7ff", "\ue000", "\uffff", "\U00010000", HIGHEST]
    write(store, *reversed(ordered))
    assert keys(store.scan("")) == ordered


PAGED = ["k/1", "k/2", "k/3", "k/4"]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"after": "k/2"}, ["k/3", "k/4"]),
        ({"after": "k/25"}, ["k/3", "k/4"]),
        ({"after": "k/4"}, []),
        ({"after": "a"}, PAGED),
        ({"after": "z"}, []),
        ({"limit": 2}, ["k/1", "k/2"]),
        ({"limit": 0}, []),
        ({"after": "k/1", "limit": 2}, ["k/2", "k/3"]),
        ({"before": "k/3"}, ["k/1", "k/2"]),
        ({"before": "k/25"}, ["k/1", "k/2"]),
        ({"before": "k/1"}, []),
        ({"before": "a"}, []),
        ({"before": "z"}, PAGED),
        ({"before": ""}, []),
        ({"after": "k/1", "before": "k/4"}, ["k/2", "k/3"]),
        ({"after": "k/3", "before": "k/2"}, []),
        ({"reverse": True, "limit": 2}, ["k/4", "k/3"]),
        ({"reverse": True, "after": "k/3"}, ["k/2", "k/1"]),
        ({"reverse": True, "after": "k/25"}, ["k/2", "k/1"]),
        ({"reverse": True, "after": "k/1"}, []),
        ({"reverse": True, "after": "a"}, []),
        ({"reverse": True, "after": "z"}, PAGED[::-1]),
        ({"reverse": True, "before": "k/3"}, ["k/2", "k/1"]),
        ({"reverse": True, "before": "k/4", "after": "k/3"}, ["k/2", "k/1"]),
        ({"reverse": True, "before": "k/3", "after": "k/4", "limit": 1}, ["k/2"]),
    ],
)
def test_the_bounds_of_a_scan(store: Store, bounds: dict[str, object], found: list[str]) -> None:
    write(store, "j", *PAGED, "l")
    assert keys(store.scan("k/", **bounds)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_meet_without_gap_or_overlap(store: Store, reverse: bool) -> None:
    write(store, *(f"p/{number:03}" for number in range(50)))
    seen: list[str] = []
    while page := store.scan("p/", seen[-1] if seen else "", 7, reverse=reverse):
        seen += keys(page)
    assert seen == keys(store.scan("p/", reverse=reverse))
    assert len(seen) == 50


def test_a_fresh_row_that_exists_refuses_the_whole_group(store: Store) -> None:
    store.commit({"there": b"1", "too": b"1", "deleted?": b"1"}, {}, 0)
    with pytest.raises(KeyConflict, match="'there'") as refused:
        store.commit({"new": b"2", "deleted?": None}, {"fresh": b"2", "there": b"2", "too": b"2"}, 0)
    assert refused.value.key == "there"
    assert contents(store) == {"there": b"1", "too": b"1", "deleted?": b"1"}


@pytest.mark.parametrize(
    ("rows", "fresh", "reason"),
    [
        ({"a": b"1"}, {"a": b"2"}, r"both written and fresh: \['a'\]"),
        ({"a": None}, {"a": b"2"}, r"both written and fresh: \['a'\]"),
        ({}, {"a": None}, r"without a value: \['a'\]"),
        ({"": b"1"}, {}, "empty key"),
        ({}, {"": b"1"}, "empty key"),
        ({"\ud800": b"1"}, {}, "surrogates not allowed"),
        ({}, {"a\udfff": b"1"}, "surrogates not allowed"),
        ({"\ud800": None}, {}, "surrogates not allowed"),
    ],
)
def test_a_group_that_means_nothing_is_refused(store: Store, rows: Rows, fresh: Rows, reason: str) -> None:
    store.commit({"there": b"1"}, {}, 0)
    with pytest.raises(ValueError, match=reason):
        store.commit({"before": b"1", "there": b"2", **rows}, {"too": b"1", **fresh}, 0)
    assert contents(store) == {"there": b"1"}


def test_only_the_newest_owner_commits(store: Store) -> None:
    assert store.raise_epoch() == 1
    store.commit({"a": b"1"}, {}, 1)
    assert store.raise_epoch() == 2
    for epoch in (0, 1, 3):
        with pytest.raises(StaleEpoch) as refused:
            store.commit({"a": b"2"}, {"b": b"2"}, epoch)
        assert (refused.value.given, refused.value.current) == (epoch, 2)
    assert contents(store) == {"a": b"1"}
    store.commit({"a": b"3"}, {}, 2)
    assert contents(store) == {"a": b"3"}


def test_a_reader_beside_the_committer_sees_whole_groups(store: Store) -> None:
    def commit() -> None:
        for number in range(300):
            store.commit({"a": b"%d" % number}, {f"b/{number:03}": b"1"}, 0)

    committer = Thread(target=commit)
    committer.start()
    while committer.is_alive():
        rows = store.scan("")
        if rows:
            assert int(rows[0][1]) == len(rows) - 2
    committer.join()
    assert len(store.scan("b/")) == 300


def read_each_way(rows: Readable) -> dict[str, bytes]:
    """All rows, read in each of the three ways, which must agree."""
    scanned = dict(rows.scan(""))
    assert rows.gather(["a", "b"]) == scanned
    assert {key: value for key in "ab" if (value := rows.get(key)) is not None} == scanned
    return scanned


def test_a_snapshot_sees_no_later_group(store: Store) -> None:
    store.commit({"a": b"1"}, {}, 0)
    with store.snapshot() as rows:
        assert read_each_way(rows) == {"a": b"1"}
        store.commit({"a": None}, {"b": b"2"}, 0)
        assert read_each_way(rows) == {"a": b"1"}
        assert read_each_way(store) == {"b": b"2"}
        store.commit({"a": b"3"}, {}, 0)
        assert read_each_way(rows) == {"a": b"1"}


def test_a_snapshot_sees_all_earlier_groups(store: Store) -> None:
    for number in range(3):
        store.commit({"a": b"%d" % number}, {}, 0)
        with store.snapshot() as rows:
            assert read_each_way(rows) == {"a": b"%d" % number}


def test_snapshots_that_are_open_at_once_are_of_their_own_moments(store: Store) -> None:
    with ExitStack() as opened:
        snapshots = []
        for number in range(5):
            store.commit({"a": b"%d" % number}, {}, 0)
            snapshots.append(opened.enter_context(store.snapshot()))
            snapshots[-1].get("a")
        assert [rows.get("a") for rows in snapshots] == [b"0", b"1", b"2", b"3", b"4"]


def test_an_error_in_a_snapshot_is_raised_and_ends_it(store: Store) -> None:
    store.commit({"a": b"1"}, {}, 0)

    def decode_nonsense() -> None:
        with store.snapshot() as rows:
            rows.get("a")
            b"\xff".decode()

    with pytest.raises(UnicodeDecodeError):  # it is the reader's error, and no damage of the store
        decode_nonsense()
    store.commit({"a": b"2"}, {}, 0)
    with store.snapshot() as rows:
        assert rows.get("a") == b"2"


def test_gather_gives_all_rows_under_any_of_the_prefixes(store: Store) -> None:
    write(store, "a", "a/1", "a/2", "ab", "b/1", "c")
    assert store.gather(["a/", "c"]) == {"a/1": b"a/1", "a/2": b"a/2", "c": b"c"}
    assert store.gather(["a/1"]) == {"a/1": b"a/1"}


def test_gather_takes_prefixes_of_each_other_and_prefixes_of_nothing(store: Store) -> None:
    write(store, "a/1", "a/12", "b")
    assert store.gather(["a/", "a/1", "a/12", "a/", "x", "b/"]) == {"a/1": b"a/1", "a/12": b"a/12"}
    assert store.gather([]) == {}
    assert set(store.gather([""])) == {"a/1", "a/12", "b"}


def test_gather_takes_thousands_of_prefixes(store: Store) -> None:
    wanted = [f"k/{number:04}" for number in range(0, 10_000, 2)]
    write(store, *(f"k/{number:04}" for number in range(10_000)))
    assert store.gather(wanted) == {key: key.encode() for key in wanted}


def test_gather_knows_the_highest_character(store: Store) -> None:
    write(store, "a", f"a{HIGHEST}", f"a{HIGHEST}b", HIGHEST)
    assert set(store.gather([f"a{HIGHEST}"])) == {f"a{HIGHEST}", f"a{HIGHEST}b"}
    assert set(store.gather([HIGHEST])) == {HIGHEST}
