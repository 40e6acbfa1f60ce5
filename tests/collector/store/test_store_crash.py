"""A process that is killed before any durable step leaves a store that is as it was, or as it shall be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spanwise_collector.store import Store
from tests.collector.store.stored import HOUR_NS, NOON_NS, NOON_S, deltas, minute, same

MAX_STEPS = 60

# Forks one process for each step and kills it before that step; ends when one came through.
CHILD = """
import os, shutil, signal, sys
from pathlib import Path
from spanwise_collector.store import Store
from tests.collector.store.test_store_crash import ACTIONS, MAX_STEPS

def killed_before(step):
    left = [step]
    def guarded(function):
        def call(*args, **options):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return function(*args, **options)
        return call
    os.fsync = guarded(os.fsync)
    for name in ("replace", "unlink", "mkdir", "rmdir"):
        setattr(Path, name, guarded(getattr(Path, name)))

base, action = Path(sys.argv[1]), ACTIONS[sys.argv[2]]
for step in range(MAX_STEPS):
    shutil.copytree(base / "before", base / f"step-{step}")
    child = os.fork()
    if child == 0:
        killed_before(step)
        store = Store(base / f"step-{step}")
        action(store)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        sys.exit(os.WEXITSTATUS(status))
    assert os.WTERMSIG(status) == signal.SIGKILL
sys.exit("more steps than expected")
"""

HOLDER = """
import sys
from pathlib import Path
from spanwise_collector.store import Store
store = Store(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""

FIRST = [minute(40, seed=number) for number in range(9)]
LAST = minute(60, seed=99, start_ns=NOON_NS + HOUR_NS - 30 * 10**9)  # in two partitions


def commit_last(store: Store) -> None:
    store.append(LAST)
    store.commit(9, b"state 9", deltas(NOON_NS + 9), NOON_S)


ACTIONS = {
    "commit": commit_last,
    "compact": lambda store: store.compact(NOON_S + 7_300),
    "retain": lambda store: store.retain(NOON_S + 7_300, 60),
}


def build(folder: Path) -> None:
    store = Store(folder)
    for seq, frame in enumerate(FIRST):
        store.append(frame)
        store.commit(seq, f"state {seq}".encode(), deltas(NOON_NS + seq), NOON_S)
    store.close()


def survivors(tmp_path: Path, action: str) -> list[Path]:
    build(tmp_path / "before")
    subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), action],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
    )
    folders = sorted(tmp_path.glob("step-*"))
    assert len(folders) > 3
    return folders


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def check_whole(folder: Path, store: Store) -> None:
    manifest = store._catalog.manifest
    assert files(folder) - {"lock", "manifest.json", "manifest.json.new"} == manifest.files()
    held = store.deltas(0)
    assert store.rows == sum(segment.rows for segment in manifest.spans)
    assert (0 if held is None else held.height) == sum(segment.rows for segment in manifest.rollup)


def test_a_commit_holds_whole_or_not_at_all(tmp_path: Path):
    outcomes = set()
    for folder in survivors(tmp_path, "commit"):
        store = Store(folder)
        check_whole(folder, store)
        outcomes.add(store.applied_seq)
        assert store.state == f"state {store.applied_seq}".encode()
        assert store.rows == 360 + (60 if store.applied_seq == 9 else 0)
        if store.applied_seq == 8:  # the journal replays what was not committed
            commit_last(store)
        everything = FIRST[0].clear().vstack(LAST)
        for frame in FIRST:
            everything.vstack(frame, in_place=True)
        assert same(store.scan(0, 2 * NOON_NS, everything.columns), everything)
        windows = store.deltas(0)
        assert windows is not None
        assert sorted(windows["window_ns"]) == [NOON_NS + seq for seq in range(10)]
        check_whole(folder, store)
        store.close()
    assert outcomes == {8, 9}


def test_compaction_loses_and_doubles_nothing(tmp_path: Path):
    counts = set()
    for folder in survivors(tmp_path, "compact"):
        store = Store(folder)
        check_whole(folder, store)
        counts.add(store.segments)
        for frame in FIRST:
            ids = frame.select("trace_id", "span_id")
            found = store.ids_since(0).join(ids, on=["trace_id", "span_id"])
            assert found.height == frame.height
        assert store.rows == 360
        assert (store.applied_seq, store.state) == (8, b"state 8")
        store.close()
    assert counts == {9, 1}


def test_retention_drops_whole_or_nothing(tmp_path: Path):
    rows = set()
    for folder in survivors(tmp_path, "retain"):
        store = Store(folder)
        check_whole(folder, store)
        rows.add(store.rows)
        assert (store.applied_seq, store.state) == (8, b"state 8")
        store.close()
    assert rows == {0, 360}


def test_the_lock_goes_with_the_process(tmp_path: Path):
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b"open\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    Store(tmp_path).close()


def test_all_that_a_commit_names_is_on_the_disk_before_the_manifest_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    build(tmp_path)
    before = files(tmp_path)
    store = Store(tmp_path)
    order: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noting_fsync(descriptor: int) -> None:
        order.append(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path).as_posix())
        fsync(descriptor)

    def noting_replace(source: Path, target: Path) -> Path:
        order.append("commit")
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(Path, "replace", noting_replace)
    commit_last(store)
    at = order.index("commit")
    made = files(tmp_path) - before
    assert len(made) == 4  # two segments, deltas, state
    assert made | {Path(file).parent.as_posix() for file in made} | {"manifest.json.new"} <= set(order[:at])
    assert order[at:] == ["commit", "."]
    store.close()
