"""Keys: parts never run into each other, and order is that of the numbers in them."""

from __future__ import annotations

import itertools
import string

import pytest

from statemachine.checkpoint import keys
from statemachine.core.ids import execution_id
from statemachine.service.names import check_name

MOMENTS = [0.0, 0.001, 1.0, 999.999, 1_700_000_000.0, 1_700_000_000.123, 4_102_444_800.0]
NAMES = ["a", "a!", "a-", "a0", "aa", "b", "ä", "日本", "a.b", "a(b)", "𝄞"]


@pytest.mark.parametrize("name", NAMES)
def test_these_are_names(name: str) -> None:
    check_name(name)


def test_timers_sort_by_their_time() -> None:
    made = [keys.timer(moment, "m:e", "") for moment in MOMENTS]
    assert made == sorted(made)
    assert [keys.timer_due(key) for key in made] == MOMENTS


def test_a_bound_sorts_before_the_timers_of_its_moment_and_after_those_before() -> None:
    for earlier, later in itertools.pairwise(MOMENTS):
        assert keys.timer(earlier, "zzz:zzz", "/99999") < keys.timers_from(later) < keys.timer(later, "a:a", "")


def test_executions_sort_newest_first() -> None:
    for make in (
        lambda moment: keys.listed("m", moment, "m:e"),
        lambda moment: keys.by_status("RUNNING", "m", moment, "m:e"),
    ):
        made = [make(moment) for moment in MOMENTS]
        assert made == sorted(made, reverse=True)


def test_a_bound_in_a_list_stands_behind_those_that_started_then_or_later() -> None:
    prefix = keys.listed_prefix("m")
    for earlier, later in itertools.pairwise(MOMENTS):
        bound = keys.started_bound(prefix, later)
        assert keys.listed("m", later, "zzz:zzz") < bound < keys.listed("m", earlier, "a:a")


def test_revisions_sort_by_their_number() -> None:
    made = [keys.revision_entry("m", number) for number in (1, 2, 9, 10, 11, 10_000)]
    assert made == sorted(made)


def test_behind_a_machine_stands_what_belongs_to_the_next_one() -> None:
    lists = sorted(keys.listed(name, moment, "m:e") for name in NAMES for moment in MOMENTS)
    for name in NAMES:
        own = [key for key in lists if key.startswith(keys.listed_prefix(name))]
        bound = keys.after_machine(keys.LISTED, name)
        assert own[-1] < bound
        behind = [key for key in lists if key > own[-1]]
        assert [key for key in lists if key > bound] == behind


def test_chunks_sort_by_their_first_event() -> None:
    made = [keys.history("m:e", first) for first in (0, 1, 9, 10, 24_999, 25_000)]
    assert made == sorted(made)


def test_no_two_things_have_the_same_key() -> None:
    """Whatever executions are called, and whatever of them waits."""
    ids = [execution_id(machine, name) for machine in NAMES for name in NAMES]
    made = []
    for id in ids:
        made += [keys.head(id), keys.history(id, 1), keys.data(id, 1), keys.deadline(1.0, id)]
        for path in ("", "/00001", "/00001/00002"):
            made += [keys.scope(id, path), keys.timer(1.0, id, path), keys.task(id, path), keys.turn(id, path)]
            made += [keys.activity_task(name, 1.0, id, path) for name in NAMES]
    made += [keys.machine(name) for name in NAMES] + [keys.activity(name) for name in NAMES]
    made += [keys.revision(f"{name}/1") for name in NAMES] + [keys.PROBE]
    made += [keys.revision_entry(name, 1) for name in NAMES]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_what_belongs_to_one_thing_is_not_found_under_another(name: str, other: str) -> None:
    if name == other:
        return
    of_other = execution_id(other, "e")
    assert not keys.head(of_other).startswith(f"e/{execution_id(name, 'e')}/")
    assert not keys.history(of_other, 1).startswith(keys.history_prefix(execution_id(name, "e")))
    assert not keys.scope(of_other, "").startswith(keys.scope(execution_id(name, "e"), ""))
    assert not keys.listed(other, 1.0, of_other).startswith(keys.listed_prefix(name))
    assert not keys.revision(f"{other}/1").startswith(keys.revisions_prefix(name))
    assert not keys.revision_entry(other, 1).startswith(keys.revision_entries_prefix(name))
    assert not keys.by_status("RUNNING", other, 1.0, of_other).startswith(keys.by_status_prefix("RUNNING", name))


def test_every_sort_of_key_has_a_beginning_of_its_own() -> None:
    prefixes = [keys.TIMERS, keys.TASKS, keys.TURNS, keys.ACTIVITY_TASKS, keys.MACHINES, keys.ACTIVITIES]
    prefixes += ["e/m:e/", keys.listed_prefix("m"), keys.by_status_prefix("RUNNING", "m"), "m/rev/"]
    prefixes += ["m/hist/"]
    for one, other in itertools.permutations(prefixes, 2):
        assert not one.startswith(other)
    assert all(prefix[0] in string.ascii_lowercase for prefix in prefixes)
