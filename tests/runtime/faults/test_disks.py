"""Disks that fill up, and writes that are torn: the real thing, on real files."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dro_lang.kernel.machine import Kernel
from dro_lang.runtime.embedded.port import PlanFilter
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from tests.kernel.builders import after, auto, group, manual, program
from tests.runtime.embedded.builders import House
from tests.runtime.faults.invariants import check

TASKS = program(group("G", auto("a"), manual("b", after("a"))))

FILL = """
import sys
from dro_lang.runtime.embedded.errors import StoreError
from tests.runtime.faults.test_disks import TASKS, House

house = House(TASKS, sys.argv[1])
try:
    for number in range(100_000):
        house.submit(f"C-{number}")
        house.engine.run_due()
        print(number, flush=True)
except StoreError as error:
    print(error.code)
"""


def states(path: Path) -> list[tuple[str, str]]:
    store = SqliteStore.open(path)
    try:
        plans = store.list_plans(PlanFilter(), limit=100_000)
        return [(row.header.plan_id, str(store.load(row.header.plan_id).state)) for row in plans]
    finally:
        store.close()


def test_a_write_that_is_torn_was_not_acknowledged_and_leaves_what_was(tmp_path: Path) -> None:
    """The log of the store is cut off, or overwritten, anywhere in the last transaction."""
    path, log = tmp_path / "plans.db", tmp_path / "plans.db-wal"
    house = House(TASKS, path)
    house.submit_and_run("C-1")
    size = log.stat().st_size
    before = states(path)
    house.submit("C-2")
    whole = log.read_bytes()
    assert len(whole) > size
    for end in (size, size + 1, (size + len(whole)) // 2, len(whole) - 1):
        for rest in (b"", bytes(byte ^ 0xFF for byte in whole[end:])):
            torn = tmp_path / "torn.db"
            shutil.copy(path, torn)
            (tmp_path / "torn.db-wal").write_bytes(whole[:end] + rest)
            (tmp_path / "torn.db-shm").unlink(missing_ok=True)
            assert states(torn) == before
    house.store.close()


def can_mount() -> bool:
    probe = ["unshare", "--map-root-user", "--user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not can_mount(), reason="a small disk cannot be mounted here: it takes user namespaces")
def test_a_disk_that_is_full_stops_the_engine_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    filling = f'mount -t tmpfs -o size=2m tmpfs {disk} && "$0" -c "$1" {disk}/plans.db && cp {disk}/plans.db* {kept}'
    command = ["unshare", "--map-root-user", "--user", "--mount", "sh", "-c", filling, sys.executable, FILL]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *acknowledged, code = done.stdout.split()
    assert code == "R0406"
    assert acknowledged
    house = House(TASKS, kept / "plans.db")
    house.engine.recover()
    house.engine.run_due()
    assert {f"C-{number}" for number in acknowledged} <= set(house.plans())
    for plan_id in house.plans():
        assert house.state(plan_id).steps[1].status == "ready"
        check(house.store, plan_id, Kernel(house.store.program(house.hash), "P", house.hash))
    house.store.close()
