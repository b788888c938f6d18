"""What holds for every command: listing, exit codes, errors, colour, completion."""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from importlib import import_module
from io import StringIO
from itertools import takewhile
from pathlib import Path

import click
import pytest

from dro_lang import __version__
from dro_lang.cli import main as main_module
from dro_lang.cli.main import COMMANDS, SECTIONS, cli
from dro_lang.cli.output import Exit, Misuse, Problem, colored, whole_file
from tests.cli.plans import written
from tests.cli.shell import Shell, process
from tests.cli.stores import filled

CLI = Path(main_module.__file__).parent


def test_help_lists_the_commands_without_loading_them() -> None:
    code = "import sys; from dro_lang.cli.main import run; run(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for section, commands in SECTIONS.items():
        shown = done.stdout.split(f"{section}:\n")[1].split("\n\n")[0]
        for name, help in commands.items():
            assert re.search(rf"^  {name} +{re.escape(help)}$", shown, re.MULTILINE)
    loaded = set(done.stdout.splitlines()[-1].split())
    ours = {module for module in loaded if module.startswith("dro_lang")}
    assert ours == {"dro_lang", "dro_lang.cli", "dro_lang.cli.main", "dro_lang.cli.output"}
    assert not {"lark", "attrs", "cattrs", "holidays", "business_rules"} & loaded


def command_of(name: str) -> click.Command:
    command = import_module(f"dro_lang.cli.{name.replace('-', '_')}").command
    assert isinstance(command, click.Command)
    return command


def test_the_table_of_commands_is_that_of_their_modules() -> None:
    modules = {
        path.stem.replace("_", "-")
        for path in CLI.glob("*.py")
        if re.search(r'^@click\.(command|group)\("', path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert modules == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_told_in_the_table_as_in_its_module(name: str) -> None:
    command = command_of(name)
    assert (command.name, command.short_help) == (name, COMMANDS[name])
    assert cli.get_command(cli.make_context("drolang", [name], resilient_parsing=True), name) is command


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_ends_with_examples(name: str, drolang: Shell) -> None:
    shown = drolang(name, "--help")
    assert (shown.code, shown.err) == (0, "")
    examples = shown.out.split("Examples:\n")[1].split("\n\n")[0].splitlines()
    assert examples
    assert all(re.match(r" +(drolang \w|cd )", example) for example in examples)


def examples() -> list[tuple[str, str]]:
    found = []
    for name in COMMANDS:
        text = command_of(name).help or ""
        lines = [line.strip() for line in text.split("Examples:\n")[1].split("\n\n")[0].splitlines()]
        found += [(name, line) for line in lines if line]
    return found


BUILD_ON_EACH_OTHER = {"user", "token", "unfreeze", "amend", "cancel", "store"}
"""Commands of which an example takes what those before it have done."""

ON_A_STORE = {*SECTIONS["See what runs"], *SECTIONS["Work on what runs"], "store"}


UNTIL_STOPPED = {"serve"}
"""Commands that go on until they are told to stop, and say when they are at it."""


def stopped(line: str, folder: Path, environment: dict[str, str]) -> int:
    """What a command ends with that is stopped as soon as it is at it."""
    started = subprocess.Popen(
        f"exec {line}", shell=True, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert started.stderr is not None
    told = []
    for said in started.stderr:
        told.append(said)
        if "Ctrl-C stops" in said:
            started.terminate()
    code = started.wait(60)
    assert any("Ctrl-C stops" in said for said in told), told
    return code


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders that `drolang new` made, one of them with a store; records are in a table as well."""
    home = tmp_path_factory.mktemp("made")
    for name in ("reminders", "stored"):
        subprocess.run([sys.executable, "-m", "dro_lang", "new", name], cwd=home, check=True, capture_output=True)
    filled(home / "stored")
    records = home / "reminders" / "records.ndjson"
    rows = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
    names = list(dict.fromkeys(key for row in rows for key in row))
    with closing(sqlite3.connect(records.with_name("crm.db"))) as crm, crm:
        crm.execute(f"CREATE TABLE accounts ({', '.join(names)})")
        cells = [[row.get(name) for name in names] for row in rows]
        crm.executemany(f"INSERT INTO accounts VALUES ({', '.join('?' * len(names))})", cells)
    return home


@pytest.mark.parametrize(("name", "example"), examples())
def test_an_example_works_as_it_stands(name: str, example: str, tmp_path: Path, made: Path) -> None:
    """In a folder made by `drolang new`, as a new user would try it. A program that is not there is not piped to."""
    home = tmp_path / "home"
    environment = {**os.environ, "HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    (home / ".config" / "fish" / "completions").mkdir(parents=True)

    def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    ours, _, other = example.partition(" | ")
    if other and shutil.which(other.split()[0]) is None:
        example = ours
    folder = tmp_path / "reminders"
    shutil.copytree(made / ("stored" if name in ON_A_STORE else "reminders"), folder)
    if name == "new":
        folder = tmp_path / "reminders" if example != "drolang new reminders" else tmp_path / "elsewhere"
        folder.mkdir(exist_ok=True)
        example = example.replace("cd reminders", "true")
    if name in BUILD_ON_EACH_OTHER:
        for _, earlier in takewhile(lambda each: each != (name, example), (e for e in examples() if e[0] == name)):
            assert shell(earlier, folder).returncode == 0
    if name in UNTIL_STOPPED:
        assert stopped(f"{example} --port 0", folder, environment) == 0
        return
    done = shell(example, folder)
    assert done.returncode == 0, done.stderr


def test_version(drolang: Shell) -> None:
    assert drolang("--version").out == f"drolang {__version__}\n"


def test_without_a_command_help_is_shown_as_misuse(drolang: Shell) -> None:
    shown = drolang()
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith("Usage: drolang")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("chekc x", "error: there is no command `chekc`; did you mean `check`?\n"),
        ("zzz x", "error: there is no command `zzz`; `drolang --help` lists them\n"),
        ("check", "error: Missing argument 'PATH...'.\nUsage: drolang check"),
        ("check x --colour", "error: No such option"),
        ("run x --records y --format xml", "error: Invalid value for '--format'"),
    ],
)
def test_misuse_is_told_in_a_line_with_the_usage(arguments: str, said: str, drolang: Shell) -> None:
    shown = drolang(*shlex.split(arguments))
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith(said)


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("dro_lang.cli.sources.read", fail)


def test_a_defect_is_one_line_to_report(drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written(tmp_path)
    failing(monkeypatch, KeyError("two\nlines"))
    shown = drolang("check", "plan.dro")
    assert (shown.code, shown.out) == (Exit.INTERNAL, "")
    assert len(shown.err.splitlines()) == 1
    assert shown.err.startswith("internal error: KeyError: 'two\\nlines' (test_main.py:")
    assert f"drolang {__version__}" in shown.err
    assert "please report" in shown.err


def test_a_traceback_is_shown_only_when_asked_for(
    drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(tmp_path)
    failing(monkeypatch, RecursionError())
    monkeypatch.setenv("DROLANG_DEBUG", "1")
    shown = drolang("check", "plan.dro")
    assert shown.code == Exit.INTERNAL
    assert "Traceback" in shown.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), Exit.INTERRUPTED, "\ninterrupted\n"),
        (BrokenPipeError(32, "Broken pipe"), Exit.CLOSED_PIPE, ""),
        (OSError(28, "No space"), Exit.PROBLEMS, "error: cannot write the output: No space\n"),
        (PermissionError(13, "Permission denied", "/x"), Exit.PROBLEMS, "error: /x: Permission denied\n"),
        (Problem("it is broken"), Exit.PROBLEMS, "error: it is broken\n"),
        (Misuse("not so"), Exit.USAGE, "error: not so\n"),
    ],
)  # fmt: skip
def test_what_goes_wrong_has_its_exit_code(
    error: BaseException, code: Exit, said: str, drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(tmp_path)
    failing(monkeypatch, error)
    shown = drolang("check", "plan.dro")
    assert (shown.code, shown.out, shown.err) == (code, "", said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", ["explain --format json", "--help", "compile plan.dro"])
def test_a_full_disk_is_one_clear_line(arguments: str, tmp_path: Path) -> None:
    written(tmp_path)
    with open("/dev/full", "w") as full:
        running = process(*arguments.split(), folder=tmp_path, stdout=full)
        _, said = running.communicate()
    assert (running.returncode, said) == (
        Exit.PROBLEMS,
        b"error: cannot write the output: No space left on device\n",
    )


def test_a_reader_that_goes_away_is_no_error_to_talk_about(tmp_path: Path) -> None:
    written(tmp_path)
    running = process("compile", "plan.dro", folder=tmp_path, bufsize=0)
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    assert (running.stderr.read(), running.wait()) == (b"", Exit.CLOSED_PIPE)


def test_closed_descriptors_do_no_harm(tmp_path: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m dro_lang explain >&- 2>&-"
    assert subprocess.run(command, shell=True, cwd=tmp_path, check=False).returncode == 0


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "option", "environment", "wanted"),
    [
        (StringIO(), "auto", {}, False),
        (Terminal(), "auto", {}, True),
        (Terminal(), "auto", {"TERM": "dumb"}, False),
        (Terminal(), "auto", {"NO_COLOR": "1"}, False),
        (Terminal(), "auto", {"NO_COLOR": ""}, True),
        (StringIO(), "auto", {"FORCE_COLOR": "1"}, True),
        (StringIO(), "auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (Terminal(), "always", {"NO_COLOR": "1"}, True),
        (Terminal(), "never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_who_decides_about_colour(stream: StringIO, option: str, environment: dict[str, str], wanted: bool) -> None:
    assert colored(stream, option, environment) is wanted


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    path.chmod(0o640)
    with suppress(ZeroDivisionError), whole_file(path) as file:
        file.write("half of it")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    with whole_file(path) as file:
        file.write("new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_goes_on_to_be_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "real", tmp_path / "link"
    path.write_text("old")
    link.symlink_to(path)
    with whole_file(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert path.read_text() == "new"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_and_what_to_do_with_it(shell: str, drolang: Shell) -> None:
    shown = drolang("completion", shell)
    assert shown.code == 0
    assert f"_DROLANG_COMPLETE={shell}_complete" in shown.out
    assert f"#   drolang completion {shell} > " in shown.out
    assert shell != "zsh" or shown.out.startswith("#compdef drolang\n")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("drolang co", ["compile", "complete", "config", "completion"]), ("drolang check --for", ["--format"]),
     ("drolang check --format s", ["sarif"]), ("drolang explain --format m", ["markdown"])],
)  # fmt: skip
def test_completion_completes(typed: str, offered: list[str], tmp_path: Path) -> None:
    words = typed.split()
    environment = {
        **os.environ,
        "_DROLANG_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    running = process(folder=tmp_path, env=environment)
    answered, _ = running.communicate()
    assert [line.split(",")[1] for line in answered.decode().split()] == offered
