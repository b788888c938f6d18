"""`drolang test`: what it prints where, and its exit codes."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dro_lang.cli.main import run
from tests.testing.plans import PLAN, given_line

GOOD = f'test "good" for P {{\n  {given_line(5)}\n  expect scenario small\n}}\n'
BAD = f'test "bad" for P {{\n  {given_line(5)}\n  expect scenario large\n}}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, *tests: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([PLAN, *tests]), encoding="utf-8")
    return path


def drolang(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["test", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_good_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD)
    assert drolang(capsys, "plan.dro") == (0, "plan.dro\n  passed  good\n\n1 test: all good\n", "")


def test_a_failure_is_told_and_gives_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD, BAD)
    code, out, err = drolang(capsys, "plan.dro")
    assert code == 1
    assert out.startswith("plan.dro\n  passed  good\n  failed  bad\n\nerror[T0101]: the record gets scenario `small`\n")
    assert out.endswith("2 tests: 1 failed\n")
    assert err == ""


def test_folders_are_searched_and_the_current_one_is_the_default(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "a/one.dro", GOOD)
    write(folder, "b/two.dro", GOOD)
    write(folder, "b/none.dro")
    code, out, _ = drolang(capsys)
    assert code == 0
    assert out == "a/one.dro\n  passed  good\n\nb/two.dro\n  passed  good\n\n2 tests: all good\n"


def test_a_file_with_errors_gives_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD)
    write(folder, "wrong.dro", "plan Q for Nothing { usage Generic choose exactly one scenario scenario a { run G } }")
    code, out, err = drolang(capsys, ".")
    assert code == 1
    assert out.endswith("1 test: 1 file not run, as it has errors\n")
    assert "error[E0101]" in err


def test_tests_are_chosen_by_a_part_of_their_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD, BAD)
    assert drolang(capsys, "-k", "GOO")[:2] == (0, "plan.dro\n  passed  good\n\n1 test: all good\n")
    code, out, err = drolang(capsys, "-k", "nothing")
    assert (code, out) == (2, "")
    assert err == "error: no test or property in 1 file has a name with `nothing`\n"


def test_no_tests_at_all_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro")
    assert drolang(capsys) == (0, "", "there are no tests in 1 file\n")


def test_a_path_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert drolang(capsys, "nowhere.dro") == (2, "", "error: there is no file or folder `nowhere.dro`\n")


def test_junit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A character that XML cannot hold at all, in a name and so in the message about it.
    write(folder, "plan.dro", GOOD, BAD.replace('"bad"', '"<bad> & \\u{1}"'))
    write(folder, "wrong.dro", "plan Q for Nothing {}")
    code, out, err = drolang(capsys, "--format", "junit")
    assert code == 1
    root = ElementTree.fromstring(out)
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    assert [case.get("name") for case in root.iter("testcase")] == ["good", "<bad> & \ufffd", "check"]
    [failure] = root.iter("failure")
    assert failure.get("type") == "T0101"
    assert "expected `large`" in (failure.text or "")
    assert "2 tests: 1 failed, 1 file not run" in err


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD, BAD)
    code, out, _ = drolang(capsys, "--format", "json")
    document = json.loads(out)
    assert code == 1
    assert document["summary"] == {"tests": 2, "properties": 0, "failed": 1, "files_not_run": 0}
    [file] = document["files"]
    assert [(test["name"], test["verdict"]) for test in file["tests"]] == [("good", "passed"), ("bad", "failed")]
    assert file["tests"][1]["failure"]["code"] == "T0101"
    assert "coverage" not in document
    assert drolang(capsys, "--format", "json")[1] == out


def test_coverage_and_its_threshold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD)
    code, out, err = drolang(capsys, "--coverage", "--min-coverage", "5")
    assert code == 0
    assert "\ncoverage\n  scenarios         1 of 3   33 %\n" in out
    code, out, err = drolang(capsys, "--min-coverage", "99.5")
    assert code == 1
    assert "coverage" not in out
    assert err.startswith("coverage is ")
    assert err.endswith(" %, below 99.5 %\n")
    assert "coverage" in json.loads(drolang(capsys, "--format", "json", "--coverage")[1])


def test_coverage_as_pages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD)
    code, _, err = drolang(capsys, "--coverage-html", "out/pages")
    assert code == 0
    assert sorted(path.name for path in (folder / "out/pages").iterdir()) == ["1-plan.html", "index.html"]
    assert err == f"coverage is in {Path('out/pages/index.html')}\n"


def test_suggestions_can_be_added_to_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(folder, "plan.dro", GOOD)
    code, out, err = drolang(capsys, "plan.dro", "--suggest")
    assert code == 0
    assert out.startswith("\ntest ")
    assert "tests suggested" in err
    with path.open("a", encoding="utf-8") as file:
        file.write(out)
    code, more, _ = drolang(capsys, "plan.dro", "--coverage", "--min-coverage", "100")
    assert code == 0
    assert "100 %" in more
    assert drolang(capsys, "plan.dro", "--suggest")[1] == ""


def test_suggestions_for_several_files_name_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "one.dro", GOOD)
    write(folder, "two.dro")
    out = drolang(capsys, "--suggest")[1]
    assert "\n// one.dro\n" in out
    assert "\n// two.dro\n" in out


def test_suggestions_stand_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD)
    code, out, err = drolang(capsys, "--suggest", "--format", "json")
    assert (code, out) == (2, "")
    assert "leave out --format" in err


PROVED = 'property "small stays small" for P {\n  assume amount < 10\n  always scenario small\n}\n'
TRIED = 'property "a pause ends" for P {\n  assume amount > 20\n  plan ends within 4 days\n}\n'
REFUTED = 'property "nothing is huge" for P {\n  never step H.d in_progress\n}\n'


def test_properties_are_proved_or_tried(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "plan.dro", GOOD, PROVED, TRIED)
    code, out, _ = drolang(capsys, "--runs", "15")
    assert code == 0
    assert "  proved  small stays small  (" in out
    assert re.search(r"  (tried   a pause ends  \(\d+ runs?, not proved\)|proved  a pause ends  \()", out)
    assert out.endswith("1 test and 2 properties: all good\n")


def test_a_refuted_property_shows_a_test_that_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(folder, "plan.dro", REFUTED)
    code, out, _ = drolang(capsys, "--runs", "30", "--format", "json")
    assert code == 1
    document = json.loads(out)
    [file] = document["files"]
    [result], [failure] = file["properties"], file["failures"]
    assert (result["verdict"], failure["code"]) == ("failed", "T0201")
    assert failure["line"] == result["claim_line"]
    assert path.read_text(encoding="utf-8").split("\n")[failure["line"] - 1] == "  never step H.d in_progress"
    write(folder, "plan.dro", result["counterexample"])
    assert drolang(capsys)[0] == 1
