"""`drolang check`."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import PLAN, written
from tests.cli.shell import Shell

BROKEN = PLAN.replace("queue Collections by", "queue Colections by")
DOUBLED = PLAN.replace("risk = Low", "risk == Low")
RISKY = PLAN.replace("enum Risk", "queue Nobody\n\nenum Risk")
"""Has a queue that nothing uses: a warning."""


def test_a_clean_plan_says_so_on_standard_error_alone(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("check", "plan.dro")
    assert (shown.code, shown.out, shown.err) == (0, "", "1 file checked: no findings\n")


def test_an_error_is_shown_with_its_place_and_fails(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(BROKEN)
    shown = drolang("check", "plan.dro")
    assert shown.code == Exit.PROBLEMS
    line = 1 + BROKEN[: BROKEN.index("Colections")].count("\n")
    assert shown.out.startswith("error[E0101]: ")
    assert f"--> plan.dro:{line}:21\n" in shown.out
    assert shown.err == "1 file checked: 1 error\n"


def test_warnings_alone_fail_only_when_strict(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(RISKY)
    shown = drolang("check", "plan.dro")
    assert (shown.code, shown.err) == (0, "1 file checked: 1 warning\n")
    assert shown.out.startswith("warning[W1002]: ")
    assert drolang("check", "plan.dro", "--strict").code == Exit.PROBLEMS


def test_folders_are_searched_and_hidden_ones_left_out(drolang: Shell, tmp_path: Path) -> None:
    for name in ("b/two.dro", "a/one.dro", ".git/three.dro", "a/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(BROKEN)
    shown = drolang("check", ".", "--format", "json")
    assert shown.err == "2 files checked: 2 errors\n"
    assert [each["file"] for each in json.loads(shown.out)["diagnostics"]] == ["a/one.dro", "b/two.dro"]


def test_a_finding_in_a_module_that_two_files_import_is_told_once(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "common.dro").write_text("language 1.0\nmodule common\n\nenum Risk { Low, Low }\n")
    for name in ("one", "two"):
        (tmp_path / f"{name}.dro").write_text(
            f"language 1.0\nmodule {name}\n\nimport common {{ Risk }}\n\nrecord R {{\n  id   : Id\n  risk : Risk\n}}\n"
        )
    shown = drolang("check", "one.dro", "two.dro", tmp_path / "common.dro", "--format", "json")
    found = [each for each in json.loads(shown.out)["diagnostics"] if each["severity"] == "error"]
    assert len(found) == 1
    assert found[0]["file"] == str(tmp_path / "common.dro")


@pytest.mark.parametrize("path", ["nowhere.dro", "empty"])
def test_a_path_without_files_is_misuse(path: str, drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shown = drolang("check", path)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert f"`{path}`" in shown.err


def test_bytes_that_are_not_utf8_are_a_finding_where_they_stand(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_bytes("language 1.0\n// Größe\n".encode("latin-1"))
    shown = drolang("check", "plan.dro", "--format", "json")
    [found] = json.loads(shown.out)["diagnostics"]
    assert (shown.code, found["code"], found["line"], found["column"]) == (Exit.PROBLEMS, "E0010", 2, 6)
    assert "byte 19 is 0xF6" in found["message"]


def test_a_file_that_may_not_be_read_is_a_finding(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "folder.dro").mkdir()
    (tmp_path / "folder.dro" / "plan.dro").symlink_to("/proc/self/mem")
    shown = drolang("check", "folder.dro", "--format", "json")
    [found] = json.loads(shown.out)["diagnostics"]
    assert (shown.code, found["code"]) == (Exit.PROBLEMS, "E0010")
    assert found["message"].startswith("this file cannot be read: ")


def test_a_file_that_belongs_to_another_is_a_finding(
    drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.dro").symlink_to("/proc/self/mem")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # whoever runs the tests may be allowed everything
    shown = drolang("check", "plan.dro")
    assert (shown.code, shown.out.split(":")[0]) == (Exit.PROBLEMS, "error[E0010]")


def test_a_folder_that_may_not_be_looked_into_is_not_passed_over(
    drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "plan.dro").write_text("language 1.0\n")
    look = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(os, "scandir", refuse)
    shown = drolang("check", ".")
    assert (shown.code, shown.err) == (Exit.PROBLEMS, "error: ./closed: Permission denied\n")


def test_sarif_and_github_forms(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(BROKEN)
    assert json.loads(drolang("check", "plan.dro", "--format", "sarif").out)["version"] == "2.1.0"
    assert drolang("check", "plan.dro", "--format", "github").out.startswith("::error file=plan.dro,line=")


def test_fix_rewrites_the_file_and_keeps_its_ends_of_lines(drolang: Shell, tmp_path: Path) -> None:
    path = tmp_path / "plan.dro"
    path.write_bytes(b"\xef\xbb\xbf" + DOUBLED.replace("\n", "\r\n").encode())
    before = drolang("check", "plan.dro")
    assert before.code == Exit.PROBLEMS
    assert "`check --fix` does it" in before.out
    shown = drolang("check", "plan.dro", "--fix")
    assert (shown.code, shown.out) == (0, "")
    assert shown.err == "plan.dro: 1 fix applied\n1 file checked: no findings\n"
    assert path.read_bytes() == b"\xef\xbb\xbf" + PLAN.replace("\n", "\r\n").encode()


def test_nothing_to_fix_leaves_the_file_alone(drolang: Shell, tmp_path: Path) -> None:
    path, _ = written(tmp_path)
    before = path.stat().st_mtime_ns
    assert drolang("check", "plan.dro", "--fix", "--unsafe-fixes").code == 0
    assert path.stat().st_mtime_ns == before


def test_colour_where_it_is_asked_for(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(BROKEN)
    assert "\x1b[" not in drolang("check", "plan.dro").out
    assert "\x1b[31m" in drolang("check", "plan.dro", "--color", "always").out


def test_standard_input_is_checked_as_a_file_of_this_folder(
    drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    (tmp_path / "words.dro").write_text("language 1.0\n\nenum Risk { Low, High }\n")
    given(b"\xef\xbb\xbflanguage 1.0\r\n\r\nimport words { Rsk }\r\n")
    shown = drolang("check", "-", "--format", "json")
    [found] = json.loads(shown.out)["diagnostics"]
    assert (found["code"], found["file"], found["line"]) == ("E0101", "<stdin>", 3)
    given(b"language 1.0\n\xff")
    assert "--> <stdin>:2:1" in drolang("check", "-").out
    given(PLAN.encode())
    assert drolang("check", "-").code == 0
    assert drolang("check", "-", "plan.dro").code == Exit.USAGE
    assert drolang("check", "-", "--fix").code == Exit.USAGE
