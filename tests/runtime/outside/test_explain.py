"""What the pages of configuration codes say about their examples is so."""

import sys
from pathlib import Path

import pytest

from dro_lang.diagnostics.pages import page
from dro_lang.diagnostics.registry import registry
from dro_lang.pipeline import check_file
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.configuration.read import load
from dro_lang.runtime.outside.configured import Resources
from dro_lang.runtime.outside.examine import findings_of
from tests.diagnostics.test_explain import section

CODES = [code for code in registry() if code.startswith(("C", "W4"))]
FILES = {"dro": "plan.dro", "toml": "drolang.toml", "python": "booking.py", "txt": "reminder.txt"}


def found(code: str, heading: str, folder: Path) -> set[str]:
    """The codes of what is found in the configuration below a heading, with the page's plan if it has one."""
    blocks = section(code, heading)
    if "\n## Plan\n" in page(code):
        blocks += section(code, "Plan")
    for language, text in blocks:
        (folder / FILES[language]).write_text(text, encoding="utf-8")
    # Secrets that a page refers to are in files beside its configuration.
    for name in ("crm.token", "erp.secret"):
        (folder / name).write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", encoding="utf-8")
    loaded = load(folder / "drolang.toml", "production" if code == "C0105" else None)
    if not isinstance(loaded, Configuration):
        return {diagnostic.code for diagnostic in loaded}
    plan = folder / "plan.dro"
    programs = []
    if plan.exists():
        checked = check_file(plan)
        assert checked.program is not None, [each.message for each in checked.diagnostics]
        programs.append(checked.program)
    resources = Resources(loaded)
    try:
        return {diagnostic.code for diagnostic in findings_of(programs, resources)}
    finally:
        resources.close()


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page has a module of the same name, and a folder of its own from which it is imported."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "booking", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.mark.parametrize("code", CODES)
def test_what_fails_gives_this_code_and_no_other(code: str, tmp_path: Path) -> None:
    assert found(code, "Fails", tmp_path) == {code}


@pytest.mark.parametrize("code", CODES)
def test_what_is_mended_is_clean(code: str, tmp_path: Path) -> None:
    assert found(code, "Mended", tmp_path) == set()
