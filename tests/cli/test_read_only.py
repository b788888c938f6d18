"""A store that may be read and not be written: reading commands work on it, the others say why they do not."""

import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dro_lang.cli.output import Exit
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.sqlite.schema import VERSION
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from tests.cli.shell import Outcome, Shell
from tests.cli.stores import filled

READING = ("plans", "plan A-1", "plan A-1 --why", "steps", "tasks", "tasks queues", "history A-1", "integration list",
           "store check", "store export", "diff plan.dro plan.dro --store plans.db")  # fmt: skip
WRITING = ("retry A-1 reminder", "freeze A-1", "worker --until-idle", "store compact --archive finished.ndjson --yes",
           "store import export.ndjson", "run plan.dro --records records.ndjson --store plans.db", "user add ada",
           "token list", "serve --port 0")  # fmt: skip

Ask = Callable[[str], Outcome]


@contextmanager
def held_to_modes() -> Iterator[None]:
    """Root reads and writes whatever modes say, by two capabilities: without them inside. Anybody else has none."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None)
    version, all_of_them = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(version, all_of_them) == 0
    fewer = (ctypes.c_uint32 * 6)(*all_of_them)
    fewer[0] &= ~(1 << 1 | 1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(version, fewer) == 0
    try:
        yield
    finally:
        assert libc.capset(version, all_of_them) == 0


@pytest.fixture
def folder(drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a store."""
    drolang("new", "reminders")
    folder = tmp_path / "reminders"
    monkeypatch.chdir(folder)
    filled(folder)
    drolang("store", "export", "--out", "export.ndjson")
    yield folder
    folder.chmod(0o755)


def sealed(folder: Path, of_folder: int = 0o555, of_files: int = 0o444) -> None:
    for each in folder.glob("plans.db*"):
        each.chmod(of_files)
    folder.chmod(of_folder)


@pytest.fixture
def ask(drolang: Shell) -> Ask:
    def call(line: str) -> Outcome:
        with held_to_modes():
            return drolang(*line.split())

    return call


def told(drolang: Shell) -> list[Outcome]:
    return [drolang(*line.split()) for line in READING]


@pytest.mark.parametrize(("of_folder", "of_files"), [(0o555, 0o444), (0o777, 0o444), (0o555, 0o666)])
def test_a_store_that_is_read_only_is_read(
    of_folder: int, of_files: int, folder: Path, drolang: Shell, ask: Ask
) -> None:
    before = told(drolang)
    sealed(folder, of_folder, of_files)
    for line, expected in zip(READING, before, strict=True):
        shown = ask(line)
        assert (shown.code, shown.err) == (expected.code, expected.err), line
        if line != "store export":  # which says when
            assert shown.out == expected.out, line


@pytest.mark.parametrize("line", WRITING)
def test_what_would_write_says_that_it_is_read_only(line: str, folder: Path, ask: Ask) -> None:
    sealed(folder)
    shown = ask(line)
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert "plans.db` is read-only (R0407)" in shown.err


def test_on_a_disk_that_is_mounted_for_reading(folder: Path) -> None:
    inside = 'mount --bind . . && mount -o remount,ro,bind . && cd $PWD && exec "$@"'
    alone = ["unshare", "--mount", "--map-root-user", "sh", "-c", inside, "sh"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    drolang = [sys.executable, "-m", "dro_lang"]
    shown = subprocess.run([*alone, *drolang, "plans"], capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (Exit.OK, "3 plans\n")
    shown = subprocess.run([*alone, *drolang, "freeze", "A-1"], capture_output=True, text=True, check=False)
    assert f"the store `{folder}/plans.db` is read-only" in shown.stderr


def test_what_others_committed_and_nobody_carried_over_is_read_or_refused(
    folder: Path, drolang: Shell, ask: Ask
) -> None:
    """The last commits stand in the log beside the store while somebody has it open."""
    writer = SqliteStore.open("plans.db")
    assert drolang("freeze", "A-1").code == Exit.OK
    frozen = drolang("plans").out
    for name in ("plans.db", "plans.db-wal", "plans.db-shm"):
        shutil.copy(name, f"copy-{name}")
    writer.close()
    for name in ("plans.db", "plans.db-wal", "plans.db-shm"):
        os.replace(f"copy-{name}", name)
    sealed(folder)
    assert ask("plans").out == frozen
    folder.chmod(0o755)
    Path("plans.db-shm").unlink()
    folder.chmod(0o555)
    shown = ask("plans")
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert f"its last changes stand in `{folder}/plans.db-wal`" in shown.err


def test_one_that_is_changed_while_it_is_read_is_told(folder: Path) -> None:
    sealed(folder)
    with held_to_modes():
        store = SqliteStore.open_to_read("plans.db")
    assert sum(store.tally_plans().values()) == 3
    os.utime("plans.db", ns=(0, 0))
    with pytest.raises(StoreError, match="changed while it was read"):
        store.close()


@pytest.mark.parametrize(("version", "said"), [(VERSION - 1, "and read-only"), (VERSION + 1, "a later one")])
def test_one_in_another_form_says_so(version: int, said: str, folder: Path, ask: Ask) -> None:
    connection = sqlite3.connect("plans.db")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    sealed(folder)
    shown = ask("plans")
    assert shown.code == Exit.USAGE
    assert said in shown.err


def test_one_that_may_not_even_be_read_says_so(folder: Path, ask: Ask) -> None:
    sealed(folder, of_files=0o000)
    shown = ask("plans")
    assert shown.code == Exit.PROBLEMS
    assert f"the store `{folder}/plans.db` cannot be opened" in shown.err
    folder.chmod(0o000)
    shown = ask("plans --store plans.db")
    assert (shown.code, shown.err) == (Exit.PROBLEMS, "error: plans.db: Permission denied\n")
