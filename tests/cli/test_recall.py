"""`drolang check` a second time: what has not changed is recalled, and everything else is looked at again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from dro_lang import pipeline, recall
from dro_lang.pipeline import Checked, check_texts
from dro_lang.source import Source
from tests.cli.shell import Shell, process

WORDS = "language 1.0\nmodule words\n\nenum Risk { Low, High }\n"
USER = "language 1.0\nmodule NAME\n\nimport words { Risk }\n"
"""Does not use what it imports: a warning."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `words`, and with `one` and `two` that import it; and a cache of their own."""
    monkeypatch.setenv("DROLANG_CACHE", str(tmp_path / ".cache"))
    (tmp_path / "words.dro").write_text(WORDS)
    for name in ("one", "two"):
        (tmp_path / f"{name}.dro").write_text(USER.replace("NAME", name))
    return tmp_path


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """The names of the files that were compiled since the last call."""
    names: list[str] = []

    def noting(texts: Sequence[tuple[Source, Path]]) -> Iterator[Checked]:
        names.extend(path.stem for _, path in texts)
        return check_texts(texts)

    def since() -> list[str]:
        told = list(names)
        names.clear()
        return told

    monkeypatch.setattr(pipeline, "check_texts", noting)
    return since


def entries(files: Path, kind: str = "findings") -> list[Path]:
    return sorted((files / ".cache").glob(f"{kind}-*.json"))


def test_nothing_is_compiled_again_that_has_not_changed(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]]
) -> None:
    first = drolang("check", ".", "--format", "json")
    assert compiled() == ["one", "two", "words"]
    assert drolang("check", ".", "--format", "json") == first
    assert compiled() == []
    assert first.err == "3 files checked: 2 warnings\n"


def test_a_change_is_seen_in_the_file_and_in_all_that_import_it(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]]
) -> None:
    drolang("check", ".")
    (files / "one.dro").write_text(USER.replace("NAME", "one").replace("Risk", "Rsk"))
    compiled()
    assert drolang("check", ".").err == "3 files checked: 1 error, 1 warning\n"
    assert compiled() == ["one"]
    (files / "words.dro").write_text(WORDS.replace("Risk", "Rsk"))
    assert drolang("check", ".").err == "3 files checked: 1 error, 1 warning\n"
    assert compiled() == ["one", "two", "words"]


def test_a_file_above_that_moves_the_source_root_is_seen(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]]
) -> None:
    folder = files / "plans"
    folder.mkdir()
    for name in ("words", "one"):
        (files / f"{name}.dro").rename(folder / f"{name}.dro")
    assert drolang("check", "plans/one.dro").err == "1 file checked: 1 warning\n"
    (files / "drolang.toml").write_text("")
    assert drolang("check", "plans/one.dro").err == "1 file checked: 1 error\n"


def test_an_import_that_leads_nowhere_is_looked_for_each_time(drolang: Shell, files: Path) -> None:
    (files / "words.dro").unlink()
    assert drolang("check", "one.dro").code == 1
    assert entries(files) == []
    (files / "words.dro").write_text(WORDS)
    assert drolang("check", "one.dro").code == 0


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "7", "{}", '{"text": 1}', "[" * 100_000, "\udcff"],
    ids=["empty", "half", "list", "null", "number", "object", "other", "deep", "bytes"],
)
def test_an_entry_that_is_none_is_made_anew(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]], text: str
) -> None:
    first = drolang("check", ".", "--format", "json")
    compiled()
    for entry in entries(files):
        entry.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert drolang("check", ".", "--format", "json") == first
    assert compiled() == ["one", "two", "words"]
    drolang("check", ".")
    assert compiled() == []


def test_an_entry_with_a_part_missing_is_made_anew(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]]
) -> None:
    first = drolang("check", "one.dro", "--format", "json")
    (entry,) = entries(files)
    whole = json.loads(entry.read_text())
    for part in whole:
        entry.write_text(json.dumps({name: value for name, value in whole.items() if name != part}))
        compiled()
        assert drolang("check", "one.dro", "--format", "json") == first
        assert compiled() == ["one"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this platform protects the folder otherwise")
def test_an_entry_that_others_could_have_written_is_not_read(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]]
) -> None:
    drolang("check", "one.dro")
    (entry,) = entries(files)
    entry.chmod(0o666)
    compiled()
    drolang("check", "one.dro")
    assert compiled() == ["one"]


def test_another_version_has_entries_of_its_own(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    drolang("check", "one.dro")
    compiled()
    monkeypatch.setattr(recall, "__version__", "99.0")
    recall._version.cache_clear()
    try:
        drolang("check", "one.dro")
        assert compiled() == ["one"]
    finally:
        recall._version.cache_clear()
    assert len(entries(files)) == 2


@pytest.mark.parametrize("where", ["off", "words.dro", "words.dro/below"])
def test_without_a_folder_to_keep_anything_in_all_is_compiled(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("DROLANG_CACHE", where)
    first = drolang("check", "one.dro")
    assert drolang("check", "one.dro") == first
    assert compiled() == ["one", "one"]
    assert entries(files) == []
    assert (files / "words.dro").read_text() == WORDS


def test_the_oldest_entries_go_where_there_are_too_many(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    drolang("check", "one.dro")
    (oldest,) = entries(files)
    os.utime(oldest, (0, 0))
    monkeypatch.setattr(recall, "MOST_ENTRIES", 2)
    drolang("check", "two.dro")
    assert len(entries(files)) == 2
    drolang("check", "words.dro")
    assert len(entries(files)) == 1
    assert oldest not in entries(files)


def test_processes_that_check_at_the_same_time_do_not_get_in_each_others_way(drolang: Shell, files: Path) -> None:
    expected = drolang("check", ".", "--format", "json")
    for entry in entries(files):
        entry.unlink()
    running = [process("check", ".", "--format", "json", folder=files) for _ in range(3)]
    for each in running:
        out, err = each.communicate()
        assert (out.decode(), err.decode()) == (expected.out, expected.err)
    assert [path.suffix for path in (files / ".cache").iterdir()] == [".json"] * 4, "three entries and the tables"


def test_whoever_reads_while_others_write_gets_what_is_right(files: Path) -> None:
    path = files / "one.dro"

    def found(number: int) -> list[str]:
        if number % 3 == 0:
            for entry in entries(files):
                entry.unlink(missing_ok=True)
        (told,) = recall.findings([(Source.read(path), path)])
        return [each.code for each in told]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(found, range(60))) == [["W1001"]] * 60


def test_a_command_that_needs_the_program_compiles_it_once_and_tells_the_same_findings(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]]
) -> None:
    first = drolang("compile", "one.dro", "--to", "json")
    assert compiled() == ["one"]
    assert "W1001" in first.err
    assert drolang("compile", "one.dro", "--to", "json") == first
    assert compiled() == []
    (files / "words.dro").write_text(WORDS.replace("Low, High", "Low, Middle, High"))
    assert drolang("compile", "one.dro", "--to", "json") == first
    assert compiled() == ["one"]


def test_of_a_file_with_an_error_no_program_is_kept(drolang: Shell, files: Path) -> None:
    (files / "one.dro").write_text(USER.replace("NAME", "one").replace("Risk", "Rsk"))
    for _ in range(2):
        assert drolang("compile", "one.dro", "--to", "json").code == 1
    assert entries(files, "program") == []


def test_a_program_that_was_changed_is_compiled_again(
    drolang: Shell, files: Path, compiled: Callable[[], list[str]]
) -> None:
    first = drolang("compile", "words.dro", "--to", "json")
    (entry,) = entries(files, "program")
    whole = json.loads(entry.read_text())
    digest, text = whole["program"]
    other = text.replace("High", "Hihg")
    sealed = [sha256(other.encode()).hexdigest(), "[1]"]
    for program in ([digest, other], [digest, text[:-1]], [digest], None, text, sealed, _sealed("[1]"), _sealed("{}")):
        entry.write_text(json.dumps({**whole, "program": program}))
        compiled()
        assert drolang("compile", "words.dro", "--to", "json") == first
        assert compiled() == ["words"]


def _sealed(text: str) -> list[str]:
    return [sha256(text.encode()).hexdigest(), text]


def test_where_the_program_is_recalled_the_compiler_is_not_loaded(files: Path) -> None:
    script = """
import sys
from pathlib import Path
from dro_lang.cli.sources import program_of
program = program_of(Path("one.dro"), "never")
print(program.module, [name for name in sys.modules if name in ("lark", "dro_lang.pipeline", "dro_lang.syntax.ast")])
"""
    command = [sys.executable, "-c", script]
    first, second = (
        subprocess.run(command, cwd=files, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert first.startswith("one ['")
    assert second == "one []\n"
