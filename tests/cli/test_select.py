"""`drolang select`: the scenario of every record, by columns or one by one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import SECOND, written
from tests.cli.shell import Shell, process

TODAY = ("--today", "2026-12-01")
SELECT = ("select", "plan.dro", "--records", "records.ndjson", *TODAY)
LINES = """\
{"id":"A-1","scenarios":["gentle"],"error":null}
{"id":"A-2","scenarios":["firm"],"error":null}
{"id":"A-3","scenarios":null,"error":"R0202"}
"""


@pytest.mark.parametrize("evaluator", ["auto", "rules", "compiled", "columnar"])
def test_a_line_for_each_record(drolang: Shell, tmp_path: Path, evaluator: str) -> None:
    written(tmp_path)
    shown = drolang(*SELECT, "--evaluator", evaluator)
    assert shown.code == Exit.PROBLEMS
    assert shown.out == LINES
    assert "no scenario (R0202)  1" in shown.err
    assert "1 reject: the reasons are in records.rejects.ndjson" in shown.err
    rejects = (tmp_path / "records.rejects.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["code"] for line in rejects] == ["R0103"]


@pytest.mark.parametrize("evaluator", ["compiled", "columnar"])
@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_output_in_every_form(drolang: Shell, tmp_path: Path, evaluator: str, form: str) -> None:
    written(tmp_path)
    shown = drolang(*SELECT, "--evaluator", evaluator, "--out", f"scenarios.{form}")
    assert shown.out == ""
    out = tmp_path / f"scenarios.{form}"
    if form == "csv":
        assert out.read_text() == "id,scenarios,error\nA-1,gentle,\nA-2,firm,\nA-3,,R0202\n"
    elif form == "ndjson":
        assert out.read_text() == LINES
    else:
        rows = duckdb.connect().execute(f"FROM '{out}'").fetchall()
        assert rows == [("A-1", ["gentle"], None), ("A-2", ["firm"], None), ("A-3", None, "R0202")]
    assert {path.name for path in tmp_path.iterdir()} == {
        "plan.dro", "records.ndjson", out.name, "scenarios.rejects.ndjson",
    }  # fmt: skip


@pytest.mark.parametrize("evaluator", ["compiled", "columnar"])
def test_a_link_is_followed(drolang: Shell, tmp_path: Path, evaluator: str) -> None:
    written(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere/scenarios.ndjson")
    drolang(*SELECT, "--evaluator", evaluator, "--out", "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "scenarios.ndjson").read_text() == LINES
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["scenarios.ndjson"]


@pytest.mark.parametrize("evaluator", ["compiled", "columnar"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days(drolang: Shell, tmp_path: Path, evaluator: str, day: str) -> None:
    written(tmp_path)
    assert drolang(*SELECT[:4], "--today", day, "--evaluator", evaluator).out == LINES
    assert drolang("compile", "plan.dro", "--to", "sql", "--today", day).code == Exit.OK


def test_a_folder_and_a_pattern(drolang: Shell, tmp_path: Path) -> None:
    _, records = written(tmp_path)
    (tmp_path / "in").mkdir()
    lines = records.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        (tmp_path / "in" / f"{number}.ndjson").write_text(line + "\n", encoding="utf-8")
    for given in ("in", "in/*.ndjson"):
        shown = drolang("select", "plan.dro", "--records", given, *TODAY, "--evaluator", "columnar")
        assert shown.out == LINES


def test_no_file_in_a_folder(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "in").mkdir()
    shown = drolang("select", "plan.dro", "--records", "in")
    assert shown.code == Exit.USAGE
    assert "`in` holds no file of records" in shown.err


def test_standard_input(tmp_path: Path) -> None:
    _, records = written(tmp_path)
    running = process("select", "plan.dro", "--records", "-", *TODAY, folder=tmp_path, stdin=records.open("rb"))
    assert running.communicate()[0].decode() == LINES


def test_no_parquet_to_standard_output(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SELECT, "--format", "parquet")
    assert shown.code == Exit.USAGE
    assert "name a file with --out" in shown.err


def test_an_output_that_is_an_input(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    assert drolang(*SELECT, "--out", "records.ndjson").code == Exit.USAGE


def test_an_output_that_cannot_be_written(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    for evaluator in ("columnar", "compiled"):
        shown = drolang(*SELECT, "--evaluator", evaluator, "--out", "nowhere/scenarios.csv")
        assert shown.code == Exit.USAGE
        assert "cannot be written" in shown.err


def test_an_input_that_cannot_be_read_leaves_nothing_behind(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "records.parquet").write_text("no Parquet", encoding="utf-8")
    before = set(tmp_path.iterdir())
    shown = drolang("select", "plan.dro", "--records", "records.parquet", *TODAY, "--out", "out.csv")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert "`records.parquet` cannot be read as Parquet" in shown.err
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("unit", ["lots", "-1"])
def test_a_memory_that_is_none(drolang: Shell, tmp_path: Path, unit: str) -> None:
    written(tmp_path)
    shown = drolang(*SELECT, "--evaluator", "columnar", "--memory", unit)
    assert shown.code == Exit.USAGE
    assert "--memory" in shown.err


IN_PARTS = ("select", "plan.dro", "--plan", "Remind", "--records", "records.parquet", *TODAY, "--part", "200")


def begun(folder: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """A run over records enough for many parts, of which some are written; and the file that tells which."""
    plan, _ = written(folder)
    plan.write_text(plan.read_text(encoding="utf-8") + SECOND, encoding="utf-8")
    duckdb.connect().execute(
        "COPY (SELECT 'A-' || i AS id, 'x' AS name, DATE '2026-01-01' AS start_date, "
        "DATE '2026-11-01' + i::INTEGER % 99 AS due_date, (['Low', 'High', 'Odd'])[1 + i % 3] AS risk "
        "FROM range(30000) t(i)) "
        f"TO '{folder / 'records.parquet'}'"
    )
    running = process(*IN_PARTS, "--out", "out.csv", folder=folder)
    state = folder / ".out.csv.parts" / "state.json"
    while running.poll() is None and not (state.exists() and len(json.loads(state.read_text())["done"]) > 2):
        time.sleep(0.005)
    return running, state


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    running, state = begun(tmp_path)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert not (tmp_path / "out.csv").exists()
    done = len(json.loads(state.read_text())["done"])
    command = [sys.executable, "-m", "dro_lang", *IN_PARTS, "--out"]
    again = subprocess.run([*command, "out.csv"], cwd=tmp_path, capture_output=True, text=True)
    assert "error" not in again.stderr
    assert f"goes on after {done} part" in again.stderr
    whole = subprocess.run([*command, "whole.csv"], cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == whole.returncode == Exit.PROBLEMS
    assert (tmp_path / "out.csv").read_text() == (tmp_path / "whole.csv").read_text()
    assert (tmp_path / "out.rejects.ndjson").read_text() == (tmp_path / "whole.rejects.ndjson").read_text()
    assert not state.parent.exists()


@pytest.mark.parametrize("evaluator", ["compiled", "columnar"])
def test_a_pipe_stays_a_pipe(evaluator: str, tmp_path: Path) -> None:
    written(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    running = process(*SELECT, "--evaluator", evaluator, "--out", "pipe", folder=tmp_path)
    assert (tmp_path / "pipe").read_text(encoding="utf-8") == LINES
    assert running.wait(30) == Exit.PROBLEMS
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("evaluator", ["compiled", "columnar"])
def test_a_device_stays_a_device(evaluator: str, drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SELECT, "--evaluator", evaluator, "--out", "/dev/full")
    assert shown.code == Exit.USAGE
    assert "`/dev/full` cannot be written: no space left on device" in shown.err
    assert Path("/dev/full").is_char_device()


def test_who_interrupts_twice_is_told_so_once(tmp_path: Path) -> None:
    running, state = begun(tmp_path)
    for _ in range(2):
        running.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, told = running.communicate(timeout=60)
    assert told.strip() == b"interrupted"
    # The second one may come when Python is about to end, and end it.
    assert running.returncode in (Exit.INTERRUPTED, -signal.SIGINT)
    assert state.exists()


def test_records_of_a_table(drolang: Shell, tmp_path: Path) -> None:
    _, records = written(tmp_path)
    with duckdb.connect(tmp_path / "crm.duckdb") as connection:
        connection.execute(f"CREATE TABLE accounts AS FROM '{records}'")
    expected = drolang("run", "plan.dro", "--records", "records.ndjson", *TODAY, "--format", "ndjson").out
    table = ("--records", "duckdb:crm.duckdb?table=accounts")
    shown = drolang("run", "plan.dro", *table, *TODAY, "--format", "ndjson")
    assert shown.out == expected
    assert "the reasons are in accounts.rejects.ndjson" in shown.err
    assert drolang("select", "plan.dro", *table, *TODAY).out == LINES
    shown = drolang("run", "plan.dro", *table, "--out", "crm.duckdb")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert "--out `crm.duckdb` is an input" in shown.err


READERS = {"items", "read_again", "text_parts", "text_tables"}


def test_whole_columns_of_parquet_load_no_readers_of_anything_else(tmp_path: Path) -> None:
    _, records = written(tmp_path)
    columns = "id, name, start_date::DATE AS start_date, due_date::DATE AS due_date, risk"
    query = f"SELECT {columns} FROM '{records}' LIMIT 3"
    duckdb.connect().execute(f"COPY ({query}) TO '{tmp_path}/records.parquet' (FORMAT parquet)")
    given = ["select", "plan.dro", "--records", "records.parquet", *TODAY, "--evaluator", "columnar"]
    script = f"import sys; from dro_lang.cli.main import run; run({given}); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout == LINES
    loaded = {name.rpartition(".")[2] for name in ran.stderr.split() if name.startswith("dro_lang.runtime.batch.")}
    assert "tables" in loaded
    assert not READERS & loaded
    assert "dro_lang.records.json_records" not in ran.stderr.split()
