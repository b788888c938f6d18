"""`drolang fmt`, as it is used."""

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from dro_lang.cli.main import run

MESSY = 'language 1.0\nqueue   A "x" // why\n'
TIDY = 'language 1.0\n\nqueue A "x"  // why\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(text.encode())
    return path


def given_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_files_and_folders_are_formatted_in_place(home: Path) -> None:
    named = write(home / "a.dro", MESSY)
    below = write(home / "folder" / "deep" / "b.dro", MESSY)
    other = write(home / "folder" / "notes.txt", MESSY)
    assert run(["fmt", "a.dro", "folder"]) == 0
    assert named.read_text() == TIDY
    assert below.read_text() == TIDY
    assert other.read_text() == MESSY
    assert sorted(path.name for path in home.iterdir()) == ["a.dro", "folder"]


def test_a_formatted_file_is_not_written_at_all(home: Path) -> None:
    path = write(home / "a.dro", TIDY)
    os.utime(path, (1, 1))
    inode = path.stat().st_ino
    assert run(["fmt", "a.dro"]) == 0
    assert (path.stat().st_mtime, path.stat().st_ino) == (1, inode)


def test_permissions_links_line_ends_and_the_byte_order_mark_are_kept(home: Path) -> None:
    path = write(home / "a.dro", "\ufeff" + MESSY.replace("\n", "\r\n"))
    path.chmod(0o640)
    (home / "link.dro").symlink_to(path)
    assert run(["fmt", "link.dro"]) == 0
    assert path.read_bytes() == ("\ufeff" + TIDY.replace("\n", "\r\n")).encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (home / "link.dro").is_symlink()


def test_check_lists_what_would_change_and_writes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messy, tidy = write(home / "a.dro", MESSY), write(home / "b.dro", TIDY)
    assert run(["fmt", "--check", "a.dro", "b.dro"]) == 1
    assert capsys.readouterr().out == "a.dro\n"
    assert messy.read_text() == MESSY
    assert run(["fmt", "--check", "b.dro"]) == 0
    assert tidy.read_text() == TIDY


def test_diff_shows_what_would_change(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(home / "a.dro", MESSY.removesuffix("\n"))
    assert run(["fmt", "--diff", "a.dro"]) == 0
    assert capsys.readouterr().out == (
        "--- a.dro\n+++ a.dro (formatted)\n@@ -1,2 +1,3 @@\n language 1.0\n"
        '-queue   A "x" // why\n\\ No newline at end of file\n+\n+queue A "x"  // why\n'
    )
    assert path.read_text() == MESSY.removesuffix("\n")
    assert run(["fmt", "--diff", "--check", "a.dro"]) == 1


def test_a_coloured_diff_cannot_drive_the_terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(home / "a.dro", 'language 1.0\nqueue   A "\x1b[2J"\n')
    assert run(["fmt", "--diff", "--color", "always", "a.dro"]) == 0
    out = capsys.readouterr().out
    assert "\x1b[32m+queue A" in out
    assert "\x1b[2J" not in out


def test_standard_input_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given_input(monkeypatch, MESSY.encode())
    assert run(["fmt", "-"]) == 0
    assert capsys.readouterr() == (TIDY, "")
    given_input(monkeypatch, MESSY.encode())
    assert run(["fmt", "-", "--check"]) == 1
    assert capsys.readouterr().out == "<stdin>\n"


def test_what_is_no_text_is_said_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given_input(monkeypatch, b"language 1.0\n\xff")
    assert run(["fmt", "-"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "not UTF-8" in err
    assert "<stdin>:2:1" in err


def test_a_broken_file_is_left_alone_and_the_others_go_on(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken, messy = write(home / "a.dro", "language 1.0\nqueue 5\n"), write(home / "b.dro", MESSY)
    assert run(["fmt", "."]) == 1
    err = capsys.readouterr().err
    assert "a.dro:2:7" in err
    assert "2 files looked at: 1 formatted, 1 left" in err
    assert broken.read_text() == "language 1.0\nqueue 5\n"
    assert messy.read_text() == TIDY


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.dro"], "there is no file or folder `nowhere.dro`"),
        (["."], "there is no .dro file in the folder `.`"),
        ([], "Missing argument 'PATH...'"),
        (["-", "a.dro"], "`-` stands alone"),
    ],
)
def test_a_wrong_command_line_is_exit_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_the_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fmt", "--help"]) == 0
    assert "drolang fmt . --check" in capsys.readouterr().out
