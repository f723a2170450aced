"""kill -9 during commits, and a second owner. Every acknowledged group is kept, and no group is kept in part."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from statemachine.store.interface import StaleEpoch
from statemachine.store.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
PARTS = 5
COMMITTER = f"""
import sys
from statemachine.store.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
epoch = store.raise_epoch()
number = len(store.scan("group/")) // {PARTS}
while True:
    number += 1
    fresh = {{f"group/{{number:06}}/{{part}}": b"x" * 700 * part for part in range({PARTS})}}
    store.commit({{"last": b"%d" % number, f"group/{{number - 1:06}}/temporary": None}}, fresh, epoch)
    print(number, flush=True)
"""
OTHER_OWNER = "import sys; from statemachine.store.sqlite import SqliteStore; SqliteStore(sys.argv[1]).raise_epoch()"


@pytest.mark.parametrize("acknowledged", [[1, 3, 30], [150], [60, 5, 80]])
def test_a_killed_process_loses_nothing_that_it_had_acknowledged(tmp_path: Path, acknowledged: list[int]) -> None:
    path = tmp_path / "store.db"
    for count in acknowledged:
        with subprocess.Popen([sys.executable, "-c", COMMITTER, path], cwd=ROOT, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(count):
                child.stdout.readline()
            child.kill()
            lines = child.stdout.read().split()
        store = SqliteStore(path)
        store.verify()
        groups = [key.split("/")[1] for key, _ in store.scan("group/")]
        complete = int(store.get("last") or b"0")
        assert groups == [f"{number:06}" for number in range(1, complete + 1) for _ in range(PARTS)]
        assert complete >= int(lines[-1] if lines else count)
        store.close()


def test_an_owner_that_slept_through_a_change_of_owners_cannot_write(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    epoch = store.raise_epoch()
    subprocess.run([sys.executable, "-c", OTHER_OWNER, tmp_path / "store.db"], cwd=ROOT, check=True)
    with pytest.raises(StaleEpoch, match="epoch 2, not 1"):
        store.commit({"a": b"1"}, {}, epoch)
    assert store.scan("") == []
    store.close()
