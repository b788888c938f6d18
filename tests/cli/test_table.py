"""The table of `drolang run`, as a person sees it."""

import json
from pathlib import Path
from textwrap import dedent

import click
import pytest

from dro_lang.cli.report import kept
from dro_lang.cli.report.cells import LOOKS, Cell, Painter, padded
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.progress import Progress, lines_in
from dro_lang.diagnostics.render.columns import width
from dro_lang.kernel.states import StepStatus
from tests.cli.plans import PLAN, RECORDS, written
from tests.cli.shell import Shell
from tests.cli.test_run import RUN
from tests.cli.test_simulate import SIMULATE


def many(path: Path, count: int) -> None:
    """So many records, every third of high risk and with two items, one day apart."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            record = json.loads(RECORDS.splitlines()[number % 3 == 2])
            changed = {
                "id": f"A-{number:02}",
                "due_date": f"2026-12-{number % 20 + 5:02}",
                "name": f"{record['name']} 顧客",
            }
            file.write(json.dumps(record | changed) + "\n")


def test_a_few_records_are_told_step_by_step(drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    told, rejected = drolang(*RUN, "--until", "2026-12-16").out.split("rejected: 1 record\n")
    assert rejected.startswith("  records.ndjson:4  A-4  R0103  `due_date`: `20.12.2026` is not")
    assert rejected.endswith("\n\n4 records: 1 gentle, 1 firm; 1 without a scenario; 1 rejected\n")
    assert told == dedent("""\
        Remind: 4 records from 2026-12-01 to 2026-12-16 (Europe/Berlin)

        gentle: 1 record

          A-1  Acme  Completed
            Write.mail  Completed  2026-12-15

        firm: 1 record

          A-2  Größe  In Progress
            Write.mail         Skipped    2026-12-15        `email is known` is false
            Write.check [I-1]  Ready      2026-12-15        waits for somebody of Collections to take it
            Write.check [I-2]  Ready      2026-12-15        waits for somebody of Collections to take it
            Call.call          Scheduled  2026-12-23 09:30

        no scenario (R0202): 1 record

          A-3 Gamma
            gentle: `risk = Low` is false (risk = Medium)
            firm: `risk = High` is false (risk = Medium)

        """)


def test_many_items_that_stand_alike_are_told_as_one(
    drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    plan, records = written(tmp_path)
    sign = "step sign: manual for each item {\n    after check for the same item"
    plan.write_text(PLAN.replace("by round robin", f"by round robin\n  }}\n\n  {sign}"), encoding="utf-8")
    record = json.loads(RECORDS.splitlines()[1])
    few, many = ([{"id": f"I-{number}"} for number in range(count)] for count in (12, 1300))
    lines = [json.dumps({**record, "invoices": few}), json.dumps({**record, "id": "A-9", "invoices": many})]
    records.write_text("\n".join(lines), encoding="utf-8")
    told = drolang(*RUN, "--until", "2026-12-16").out
    first, second = told.split("A-9  Größe")
    assert first.count("Write.check [I-") == 12
    assert [" ".join(line.split()) for line in second.splitlines()[1:5]] == [
        "Write.mail Skipped 2026-12-15 `email is known` is false",
        "Write.check [1,300 items] Ready 2026-12-15 waits for somebody of Collections to take it",
        "Write.sign [1,300 items] Pending waits for Write.check for the same item",
        "Call.call Scheduled 2026-12-23 09:30",
    ]


def test_what_is_not_done_in_time_says_so(drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    due = "assign to queue Collections by round robin\n    due    within 1 day, warn 4 hours before"
    plan, _ = written(tmp_path)
    plan.write_text(PLAN.replace("assign to queue Collections by round robin", due), encoding="utf-8")
    assert "[I-1]  Ready      2026-12-15        waits for" in drolang(*RUN, "--until", "2026-12-15").out
    assert "[I-1]  Ready      2026-12-15        late; waits for" in drolang(*RUN, "--until", "2026-12-16").out
    told = drolang(*RUN, "--until", "2026-12-16", "--format", "ndjson").out.splitlines()[1]
    check = json.loads(told)["steps"][1]
    assert (check["due_at"], check["jeopardy"]) == ("2026-12-16T00:00:00+01:00", "late")


def test_many_records_get_a_line_each_below_an_overview(
    drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 15)
    monkeypatch.setenv("COLUMNS", "100")
    shown = drolang(*RUN, "--until", "2026-12-10")
    assert shown.out == dedent("""\
        Remind: 15 records from 2026-12-01 to 2026-12-10 (Europe/Berlin)

        gentle: 10 records  8 Completed, 2 In Progress

          Write.mail  Scheduled       2  2026-12-12 to 2026-12-13
                      Completed       8  2026-12-01 to 2026-12-10

                           mail
          A-00  Acme 顧客  ✓ 01 Dec
          A-01  Acme 顧客  ✓ 01 Dec
          A-03  Acme 顧客  ✓ 03 Dec
          A-04  Acme 顧客  ✓ 04 Dec
          A-06  Acme 顧客  ✓ 06 Dec
          A-07  Acme 顧客  ✓ 07 Dec
          A-09  Acme 顧客  ✓ 09 Dec
          A-10  Acme 顧客  ✓ 10 Dec
          A-12  Acme 顧客  » 12 Dec
          A-13  Acme 顧客  » 13 Dec

        firm: 5 records  5 In Progress

          Write.mail   Scheduled       2  2026-12-11 to 2026-12-14
                       Skipped         3  2026-12-02 to 2026-12-08  `email is known` is false
          Write.check  Pending         4                            waits for Write.mail
                       Ready           6  2026-12-02 to 2026-12-08  waits for somebody of Collections to
                                                                    take it
          Call.call    Scheduled       5  2026-12-10 to 2026-12-22

                            mail      check     call
          A-02  Größe 顧客  - 02 Dec  ○ 02 Dec  » 10 Dec
          A-05  Größe 顧客  - 05 Dec  ○ 05 Dec  » 13 Dec
          A-08  Größe 顧客  - 08 Dec  ○ 08 Dec  » 16 Dec
          A-11  Größe 顧客  » 11 Dec  ·         » 19 Dec
          A-14  Größe 顧客  » 14 Dec  ·         » 22 Dec

        · Pending   » Scheduled   ○ Ready   ✓ Completed   - Skipped

        15 records: 10 gentle, 5 firm
        """)


def test_what_does_not_fit_into_memory_is_told_alike(
    drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, records = written(tmp_path)
    many(records, 30)
    others = [line.replace('"A-', f'"X{n}-') for n in range(4) for line in RECORDS.splitlines(keepends=True)[2:]]
    records.write_text(records.read_text(encoding="utf-8") + "".join(others), encoding="utf-8")
    for columns in ("40", "120"):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setattr(kept, "IN_MEMORY", 1_000)
        expected = drolang(*RUN, "--until", "2026-12-31").out
        monkeypatch.setattr(kept, "IN_MEMORY", 2)
        assert drolang(*RUN, "--until", "2026-12-31").out == expected


def test_lines_fit_the_terminal(drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 40)
    for columns in (70, 80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = drolang(*RUN, "--until", "2026-12-12").out.splitlines()
        assert max(map(width, lines)) <= columns
        assert sum(line.strip().startswith("A-") for line in lines) == 40


def test_colour_adds_nothing_but_colour(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 30)
    plain = drolang(*RUN).out
    colored = drolang(*RUN, "--color", "always").out
    assert "\x1b[" in colored
    assert "\x1b[" not in plain
    assert click.unstyle(colored) == plain


def test_control_characters_of_records_never_reach_the_terminal(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    record = json.loads(RECORDS.splitlines()[1])
    evil = record | {"id": "A\x1b[31m", "name": "\x07\u202ename", "invoices": [{"id": "\x1b]0;I"}]}
    (tmp_path / "records.ndjson").write_text(json.dumps(evil))
    shown = drolang(*RUN, "--only", "A\x1b[31m", "--why")
    assert shown.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & set(shown.out + shown.err)


def test_every_state_has_a_look_of_its_own() -> None:
    assert set(LOOKS) == set(StepStatus)
    marks = {look.mark: look.name for look in LOOKS.values()}
    assert len(marks) == len({look.name for look in LOOKS.values()})
    assert all(width(mark) == 1 for mark in marks)


@pytest.mark.parametrize(("text", "shown"), [("abc", "abc  "), ("abcdef", "abcd…"), ("顧客名", "顧客…"), ("", "     ")])
def test_text_is_filled_up_or_cut(text: str, shown: str) -> None:
    assert padded(text, 5) == shown
    assert width(shown) == 5


def test_a_reason_without_room_goes_below() -> None:
    row = [Cell("Remind.reminder"), Cell("Pending"), Cell("waits for all the others to be done")]
    assert list(Painter(80, False).table([row], indent=2)) == [
        "  Remind.reminder  Pending  waits for all the others to be done"
    ]
    assert list(Painter(48, False).table([row], indent=2)) == [
        "  Remind.reminder  Pending",
        "                     waits for all the others to",
        "                     be done",
    ]


def test_progress_is_a_line_that_goes_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    bar = Progress(True, 200)
    bar.at(50)
    bar.at(100)
    bar.clear()
    assert capsys.readouterr().err == (
        f"\r[######{' ' * 18}]  25%  50 records\r[{'#' * 12}{' ' * 12}]  50%  100 records\r{' ' * 44}\r"
    )
    silent = Progress(False, 200)
    silent.at(50)
    silent.clear()
    assert capsys.readouterr().err == ""


def test_the_total_is_known_for_files_with_a_record_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text("{}\n{}\n")
    (tmp_path / "b.json").write_text("[]")
    assert lines_in([tmp_path / "a.ndjson", tmp_path / "a.ndjson"]) == 4
    assert lines_in([tmp_path / "b.json"]) is None
    assert lines_in(["-"]) is None


def test_lines_are_gathered_and_all_written_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with path.open("w") as stream, WholeLines(stream, "out") as lines:
        lines.write("one\n")
        assert path.read_text() == ""
        lines.write("x" * 70_000 + "\n")
        assert len(path.read_text()) == 70_005
        lines.write("last\n")
    assert path.read_text().endswith("x\nlast\n")


def test_a_key_is_no_wider_than_the_terminal() -> None:
    marks = [("·", "Pending"), ("»", "Scheduled"), ("顧", "Ready"), ("✓", "Completed")]
    assert list(Painter(80, color=False).key(marks)) == ["· Pending   » Scheduled   顧 Ready   ✓ Completed"]
    assert list(Painter(33, color=False).key(marks)) == ["· Pending   » Scheduled", "顧 Ready   ✓ Completed"]
    assert list(Painter(34, color=False).key(marks)) == ["· Pending   » Scheduled   顧 Ready", "✓ Completed"]


@pytest.mark.parametrize("command", [RUN, (*SIMULATE, "--format", "table"), (*SIMULATE, "--format", "timeline")])
def test_the_summary_fits_the_terminal(
    drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    written(tmp_path)
    monkeypatch.setenv("COLUMNS", "40")
    *_, before, last = drolang(*command).out.splitlines()
    assert f"{before} {last}" == "4 records: 1 gentle, 1 firm; 1 without a scenario; 1 rejected"
