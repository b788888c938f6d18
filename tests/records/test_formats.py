"""The formats: NDJSON, JSON and CSV, and what happens to what is not quite one of them."""

import io
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from dro_lang.records.load import InputError, Position, Rejected
from tests.records.samples import BARE, NESTED, PLAIN, RECORD, accepted, codes, read, rejected, write

HEADER = "id,name,start_date,risk,balance\n"
ROW = "C-1,Acme,2026-12-01,Low,900\n"


def line(id: str, **more: object) -> str:
    return json.dumps({**RECORD, "id": id, **more})


def reason(outcome: object) -> str:
    assert isinstance(outcome, Rejected)
    return outcome.problems[0].reason


# ---- NDJSON


def test_ndjson_has_a_record_on_each_line(tmp_path: Path) -> None:
    path = write(tmp_path / "r.ndjson", f"\n{line('A')}\r\n  \n{line('B')}")
    assert [(record.id, record.position) for record in accepted(read(path))] == [
        ("A", Position(str(path), line=2)),
        ("B", Position(str(path), line=4)),
    ]


def test_a_line_that_is_not_json_does_not_stop_the_others(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", "\n".join([line("A"), '{"id": "B"', "[1]", "null", line("C"), line("D")[:-3]]))
    outcomes = read(path)
    assert codes(outcomes) == [None, "R0101", "R0101", "R0101", None, "R0101"]
    assert reason(outcomes[1]) == "not JSON at character 12: expecting ',' delimiter"
    assert reason(outcomes[2]) == "a list is not an object with fields"
    assert reason(outcomes[3]) == "`null` is not an object with fields"


def test_an_empty_ndjson_file_has_no_records(tmp_path: Path) -> None:
    assert read(write(tmp_path / "r.ndjson", "")) == []


def test_a_byte_that_is_not_utf_8_rejects_its_line(tmp_path: Path) -> None:
    broken = line("B", name="M?ller").encode().replace(b"?", b"\xfc")
    path = write(tmp_path / "r.ndjson", b"\n".join([line("A", name="Müller").encode(), broken, line("C").encode()]))
    outcomes = read(path)
    assert codes(outcomes) == [None, "R0110", None]
    assert reason(outcomes[1]) == f"byte {broken.index(0xFC) + 1}, 0xFC, is not UTF-8"


def test_the_position_of_a_byte_counts_bytes(tmp_path: Path) -> None:
    broken = '{"id": "äöü", "name": "'.encode() + b'\xff\xfe"}'
    assert f"byte {broken.index(0xFF) + 1}," in reason(read(write(tmp_path / "r.ndjson", broken))[0])


def test_a_nul_byte_rejects_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "r.ndjson", line("A") + "\n" + line("B").replace("Acme", "Ac\0me") + "\n" + line("C"))
    outcomes = read(path)
    assert codes(outcomes) == [None, "R0101", None]
    assert "is NUL" in reason(outcomes[1])


def test_deep_nesting_rejects_its_record(tmp_path: Path) -> None:
    """How deep is too deep is up to Python: some versions go down a thousand, some ten thousand."""
    deep = f'{{"id": "B", "x": {"[" * 200_000}{"]" * 200_000}}}'
    assert codes(read(write(tmp_path / "r.ndjson", "\n".join([line("A"), deep, line("C")])))) == [None, "R0101", None]
    outcomes = read(write(tmp_path / "r.json", f"[{line('A')}, {deep}, {line('C')}]"))
    assert codes(outcomes) == [None, "R0101", None]
    assert reason(outcomes[1]) == "objects or lists are nested too deeply"


def test_a_line_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "r.ndjson", line("A", name="x" * 10_000_000) + "\n" + line("B"))
    assert [len(str(record.row["name"])) for record in accepted(read(path))] == [10_000_000, 4]


@pytest.mark.parametrize("suffix", [".ndjson", ".json", ".csv"])
def test_a_record_beyond_all_measure_is_not_held_in_memory(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("streams", "json_records", "csv_records"):
        monkeypatch.setattr(f"dro_lang.records.{module}.LONGEST_RECORD", 2**20)
    records = [{**RECORD, "id": "A"}, {**RECORD, "id": "B", "name": "x" * 40_000_000}, {**RECORD, "id": "C"}]
    if suffix == ".csv":
        path = write(tmp_path / "r.csv", HEADER + "".join(",".join(record.values()) + "\n" for record in records))
    else:
        path = write(tmp_path / f"r{suffix}", records)
    del records
    tracemalloc.start()
    outcomes = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert codes(outcomes) == [None, "R0101", None]
    assert "longer than" in reason(outcomes[1])
    assert peak < 10_000_000


# ---- JSON


def test_json_is_an_array_or_one_object(tmp_path: Path) -> None:
    array = write(tmp_path / "many.json", f" \n[{line('A')},\n{line('B')}]\n")
    assert [(record.id, record.position.index) for record in accepted(read(array))] == [("A", 0), ("B", 1)]
    one = write(tmp_path / "one.json", json.dumps(RECORD, indent=2))
    assert [record.id for record in accepted(read(one))] == ["C-1"]
    assert read(write(tmp_path / "none.json", "[ ]")) == []


def test_a_json_array_that_is_cut_off_keeps_the_records_before(tmp_path: Path) -> None:
    whole = f"[{line('A')}, {line('B')}]"
    for cut, expected in [
        (len(whole) - 1, [None, None, "R0101"]),
        (len(whole) - 3, [None, "R0101"]),
        (len(whole) - 20, [None, "R0101"]),
        (len(line("A")) + 2, [None, "R0101"]),
        (1, ["R0101"]),
    ]:
        outcomes = read(write(tmp_path / "r.json", whole[:cut]))
        assert codes(outcomes) == expected
        assert "cut off" in reason(outcomes[-1])


def test_a_broken_record_in_an_array_does_not_stop_the_others(tmp_path: Path) -> None:
    parts = [line("A"), '{"id": "B",, "x": ["}"]}', "5", '{"id": "D,\n "y": [{}]}', "", line("E"), "{]"]
    outcomes = read(write(tmp_path / "r.json", f"[{','.join(parts)}]"))
    assert codes(outcomes) == [None, "R0101", "R0101", "R0101", "R0101", None, "R0101"]
    assert "a comma without a record" in reason(outcomes[4])


def test_a_comma_too_many_and_text_after_the_array_are_told(tmp_path: Path) -> None:
    assert codes(read(write(tmp_path / "r.json", f"[{line('A')},]"))) == [None, "R0101"]
    outcomes = read(write(tmp_path / "r.json", f"[{line('A')}] {line('B')}"))
    assert codes(outcomes) == [None, "R0101"]
    assert "after the end of the array" in reason(outcomes[1])


def test_brackets_and_quotes_in_texts_end_nothing(tmp_path: Path) -> None:
    names = ['a "quoted" ], [ {', "back\\slash\\", 'comma, "', "\\", "}" * 70_000, '\\"' * 50_000]
    path = write(tmp_path / "r.json", [{**RECORD, "id": str(at), "name": name} for at, name in enumerate(names)])
    assert [record.row["name"] for record in accepted(read(path))] == names


def test_a_byte_that_is_not_utf_8_rejects_its_element(tmp_path: Path) -> None:
    path = write(tmp_path / "r.json", f"[{line('A')},{line('B')},{line('C')}]".encode().replace(b'"B"', b'"\xc3"'))
    assert codes(read(path)) == [None, "R0110", None]


def test_a_key_that_stands_twice_is_a_loss(tmp_path: Path) -> None:
    outcomes = read(write(tmp_path / "r.json", '[{"id": "A", "id": "B"}, {"x": {"y": 1, "y": 1}}]'))
    assert codes(outcomes) == ["R0101", "R0101"]
    assert reason(outcomes[0]) == "the key `id` stands twice in one object, and only one value could be kept"


def test_a_hundred_thousand_records_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    with path.open("w") as file:
        file.write("[" + ",".join(line(str(number), note="x" * 1000) for number in range(20_000)) + "]")
    from dro_lang.records.json_records import read_json

    tracemalloc.start()
    with path.open("rb") as stream:
        assert sum(1 for _ in read_json(stream, "r.json")) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000 < path.stat().st_size


# ---- CSV


def test_csv_cells_are_typed_and_empty_ones_unknown(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.csv",
        "id,name,start_date,risk,balance,uptime,blocked,grace,ignored\r\n"
        'C-1,"Acme, ""Ltd""\r\n",2026-12-01,Very high,1500.50 EUR,"",TRUE,2 business days,\r\n',
    )
    [record] = accepted(read(path))
    assert record.row["name"] == 'Acme, "Ltd"\r\n'
    assert (record.row["risk"], record.row["uptime"], record.row["blocked"]) == ("High", None, True)
    assert record.position == Position(str(path), line=2)


def test_an_empty_text_is_known_in_json_and_unknown_in_csv(tmp_path: Path) -> None:
    [record] = accepted(read(write(tmp_path / "r.json", [{**RECORD, "name": ""}])))
    assert record.row["name"] == ""
    assert codes(read(write(tmp_path / "r.csv", HEADER + ROW.replace("Acme", "")))) == ["R0102"]
    assert codes(read(write(tmp_path / "r.json", [{**RECORD, "name": None}]))) == ["R0102"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_header_without_commas_says_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = (HEADER + ROW).replace(",", delimiter)
    assert codes(read(write(tmp_path / "r.csv", text))) == [None]


def test_tsv_is_delimited_by_tabs(tmp_path: Path) -> None:
    text = (HEADER + ROW).replace(",", "\t").replace("name", "name\ta,b").replace("Acme", "Acme\tx")
    assert codes(read(write(tmp_path / "r.tsv", text))) == [None]


def test_rows_too_long_or_too_short_are_ragged(tmp_path: Path) -> None:
    outcomes = read(write(tmp_path / "r.csv", HEADER + "B\n" + ROW + 'D,"a\nb",2026-12-01,Low,1,2\n\n'))
    assert codes(outcomes) == ["R0111", None, "R0111"]
    assert reason(outcomes[0]) == "1 cells where the header has 5 columns"
    assert reason(outcomes[2]) == "6 cells where the header has 5 columns, up to line 5"
    assert [outcome.position.line for outcome in outcomes] == [2, 3, 4]


def test_a_quote_that_is_not_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    open_quote = 'B,"Beta,2026-12-01,Low,1\n'
    after = "C" + ROW[1:] + 'D,"De ""l"" ta",2026-12-01,Low,1\n'
    for tail, expected in [(after, ["R0101", None, None]), ("C" + ROW[1:], ["R0101", None]), ("", ["R0101"])]:
        outcomes = read(write(tmp_path / "r.csv", HEADER + open_quote + tail))
        assert codes(outcomes) == expected
    outcomes = read(write(tmp_path / "r.csv", HEADER + 'B,"Be" ta,2026-12-01,Low,1\n' + ROW))
    assert codes(outcomes) == ["R0101", None]
    assert "a quote in a text is doubled" in reason(outcomes[0])


def test_a_quote_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dro_lang.records.csv_records.LONGEST_RECORD", 2**20)
    rows = [f"{number}{ROW[3:]}" for number in range(100_000)]
    outcomes = read(write(tmp_path / "r.csv", HEADER + 'x,"y\n' + "".join(rows)))
    assert reason(outcomes[0]) == "a quote that opens a cell and is not closed within 1 MiB"
    assert set(codes(outcomes[1:])) == {None}
    assert len(outcomes) == 100_001


def test_bad_bytes_and_nul_in_csv_reject_their_row(tmp_path: Path) -> None:
    text = (HEADER + ROW).encode() + b"B,M\xfcller,2026-12-01,Low,1\nC,\0,2026-12-01,Low,1\nD,x,2026-12-01,Low,1\n"
    outcomes = read(write(tmp_path / "r.csv", text))
    assert codes(outcomes) == [None, "R0110", "R0101", None]
    assert reason(outcomes[1]) == "byte 4, 0xFC, is not UTF-8"


def test_a_large_cell_is_read(tmp_path: Path) -> None:
    [record] = accepted(read(write(tmp_path / "r.csv", HEADER + ROW.replace("Acme", "x" * 500_000))))
    assert record.row["name"] == "x" * 500_000


def test_a_dotted_column_is_a_dotted_path(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.csv",
        'Id,Name,StartDate,risk,Account.Balance,Lines\nA,x,2026-01-01,Low,5,"[{""Id"":1,""Invoice.Balance"":2}]"\n',
    )
    [record] = accepted(read(path, NESTED))
    assert str(record.row["balance"]) == "5"
    assert [item["id"] for item in record.row["invoices"]] == ["1"]  # type: ignore[union-attr]


# ---- which format


@pytest.mark.parametrize(
    "text",
    [
        line("C-1") + "\n",
        line("C-1"),
        f"\n\n [{line('C-1')}]",
        json.dumps(RECORD, indent=1),
        HEADER + ROW,
        "\ufeff" + HEADER + ROW,
        "\ufeff" + line("C-1") + "\n",
    ],
)
def test_standard_input_says_its_format_by_how_it_begins(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    [outcome] = read("-")
    assert codes([outcome]) == [None]
    assert str(outcome.position).startswith("standard input")


def test_a_first_line_of_any_length_is_ndjson(tmp_path: Path) -> None:
    path = write(tmp_path / "export", line("A", name="x" * 200_000) + "\n" + line("B"))
    assert codes(read(path)) == [None, None]


def test_a_standard_input_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input is closed"):
        read("-")


def test_a_pipe_is_read_as_it_comes() -> None:
    script = (
        "from tests.records.samples import *\n"
        "for outcome in load(PROGRAM, PLAIN, Inputs(('-',))):\n"
        "    print(codes([outcome]), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        for number in range(3):
            process.stdin.write(line(str(number)) + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "[None]\n"
        process.stdin.close()


def test_an_extension_wins_over_what_a_file_begins_with(tmp_path: Path) -> None:
    assert codes(read(write(tmp_path / "export.txt", HEADER + ROW))) == [None]
    assert codes(read(write(tmp_path / "export.ndjson", HEADER + ROW))) == ["R0101", "R0101"]


@pytest.mark.parametrize("suffix", [".ndjson", ".json", ".csv", ".txt"])
def test_a_byte_order_mark_is_dropped(tmp_path: Path, suffix: str) -> None:
    text = HEADER + ROW if suffix == ".csv" else line("C-1")
    assert codes(read(write(tmp_path / f"r{suffix}", b"\xef\xbb\xbf" + text.encode()))) == [None]


# ---- what is of no use as a whole


@pytest.mark.parametrize(
    ("name", "content", "message", "help"),
    [
        ("r.csv", b"", "is empty", "a line of column names"),
        ("r.csv", b"\n\n", "is empty", "a line of column names"),
        ("r.csv", b"id,name\n", "has no column `start_date`, `risk`, `balance`", "its columns are `id`, `name`"),
        ("r.csv", b"id,name,start_date,Risk,balance\n", "has no column `risk`", "is `Risk` meant"),
        ("r.csv", b"id,id,name,start_date,risk,balance\n", "has 2 columns `id`", "keep the one"),
        ("r.csv", b"id,n\xe4me\n", "byte 5, 0xE4, is not UTF-8", "save it as CSV in UTF-8"),
        ("r.csv", b'id,"name\n', "a quoted cell", "save it as CSV"),
        ("r.csv", b"id,name\rA,B\rC,D\r", "carriage return", "save it as CSV"),
        ("r.json", b"", "is not JSON: it is empty", "an array"),
        ("r.json", b"  id,name", "is not JSON: it begins with `i`", "name the file for its format"),
        ("r.json", b'{"id": 1}\n{"id": 2}', "more after its first object", "name the file .ndjson"),
        ("r.json", b'{"id": 1},{"id": 2}', "more after its first object", "in an array"),
        ("r.csv", HEADER.encode("utf-16"), "UTF-16", "iconv -f UTF-16"),
        ("r.csv", HEADER.encode("utf-16-le"), "NUL bytes", "iconv -f UTF-16"),
        ("r.json", "[]".encode("utf-16-be"), "NUL bytes", "iconv -f UTF-16"),
        ("r.ndjson", b"\x1f\x8b\x08\x00", "compressed", "gunzip"),
        ("r.xlsx", b"PK\x03\x04....", "a workbook", "save its table as CSV"),
    ],
)
def test_a_file_of_no_use_gives_one_clear_error(
    tmp_path: Path, name: str, content: bytes, message: str, help: str
) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(path) in caught.value.message
    assert message in caught.value.message
    assert help in caught.value.help


def test_what_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    from dro_lang.records.load import Inputs, load
    from tests.records.samples import PROGRAM

    good = write(tmp_path / "r.ndjson", line("A"))
    for bad, said in [(tmp_path / "none.csv", "no such file"), (tmp_path, "is a directory"), ("a\0b", "null")]:
        with pytest.raises(InputError, match=said):
            load(PROGRAM, PLAIN, Inputs((good, bad)))
    with pytest.raises(InputError, match="standard input is named twice"):
        load(PROGRAM, PLAIN, Inputs(("-", good, "-")))


def test_a_mapping_without_items_takes_none(tmp_path: Path) -> None:
    [record] = accepted(read(write(tmp_path / "r.json", [{**RECORD, "invoices": [{"id": "I", "balance": 1}]}]), BARE))
    assert record.row["invoices"] == ()


def test_every_record_of_a_file_is_either_taken_or_told(tmp_path: Path) -> None:
    outcomes = read(write(tmp_path / "r.csv", HEADER + ROW + "B\n" + ROW + "D" + ROW[1:]))
    assert len(accepted(outcomes)) + len(rejected(outcomes)) == 4
