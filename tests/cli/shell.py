"""Calling the command line in tests."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from dro_lang.cli.main import run


@frozen
class Outcome:
    code: int
    out: str
    err: str


Shell = Callable[..., Outcome]


@pytest.fixture
def drolang(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """The command line within this process, in an empty folder and without colour."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "DROLANG_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object) -> Outcome:
        code = run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Outcome(code, written.out, written.err)

    return call


def _interruptible() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def process(*arguments: object, folder: Path, **options: object) -> "subprocess.Popen[bytes]":
    """The command line as a process of its own, which an interrupt reaches even where tests run in the background."""
    command = [sys.executable, "-m", "dro_lang", *map(str, arguments)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": _interruptible, **options}
    return subprocess.Popen(command, cwd=folder, **options)  # type: ignore[call-overload,no-any-return]
