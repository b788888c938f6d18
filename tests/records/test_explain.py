"""The pages of the codes of records: what each shows to fail gives its code and no other, what is mended fits."""

import re
import subprocess
from pathlib import Path

import pytest

from dro_lang.diagnostics.codes.records import CODES
from dro_lang.diagnostics.pages import page
from dro_lang.pipeline import check_text
from dro_lang.program.model import Program
from dro_lang.records.load import Inputs, load
from dro_lang.source import Source
from tests.records.samples import codes

RECORD_CODES = [code for code in CODES if code.startswith("R01")]
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(code: str, section: str) -> list[tuple[str, str]]:
    """The language and the text of each block of a section."""
    return BLOCK.findall(page(code).split(f"## {section}\n")[1].split("\n## ")[0])


def inputs(written: list[tuple[str, str]], folder: Path) -> Inputs:
    """The files that the blocks of a section stand for: records, and items after them."""
    paths = []
    for number, (language, text) in enumerate(written):
        if language == "sh":
            subprocess.run(["sh", "-c", text], cwd=folder, check=True)
            paths.append(folder / "records.ndjson")
        else:
            paths.append(folder / f"{number}.{language}")
            paths[-1].write_text(text, encoding="utf-8")
    return Inputs(paths[:1], *paths[1:])


def program_of(code: str, folder: Path) -> Program:
    [(_, text)] = blocks(code, "Plan")
    checked = check_text(Source("plan.dro", text), folder / "plan.dro")
    assert checked.program is not None, checked.diagnostics
    assert checked.diagnostics == ()
    return checked.program


@pytest.mark.parametrize("code", RECORD_CODES)
def test_a_page_shows_its_code_and_the_way_out(code: str, tmp_path: Path) -> None:
    program = program_of(code, tmp_path)
    [plan] = program.plans.values()
    failing = codes(load(program, plan, inputs(blocks(code, "Fails"), tmp_path)))
    assert [outcome for outcome in failing if outcome] == [code]
    mended = codes(load(program, plan, inputs(blocks(code, "Mended"), tmp_path)))
    assert mended
    assert set(mended) == {None}


@pytest.mark.parametrize("code", RECORD_CODES)
def test_a_page_begins_with_its_title(code: str) -> None:
    assert page(code).startswith(f"# {code}: {CODES[code]}\n\n")
