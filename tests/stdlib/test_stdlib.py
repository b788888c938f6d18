"""The standard library: each module checks clean by itself, is documented, and can be imported whole."""

from pathlib import Path

import pytest

from dro_lang.pipeline import check_file, check_text
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse

MODULES = sorted((Path(__file__).parents[2] / "stdlib" / "std").glob("*.dro"))


def declarations(module: Path) -> tuple[ast.Declaration, ...]:
    return parse(Source.read(module)).tree.declarations


def test_the_modules_are_there() -> None:
    assert {module.stem for module in MODULES} >= {"calendar", "generic", "http", "notify", "record"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_checks_clean(module: Path) -> None:
    assert check_file(module).diagnostics == ()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_declaration_is_documented(module: Path) -> None:
    assert [each.name.span.text for each in declarations(module) if not each.doc] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_declaration_can_be_imported(module: Path, tmp_path: Path) -> None:
    names = [each.name.span.text for each in declarations(module)]
    text = "language 1.0\n" + "".join(f"import std.{module.stem} {{ {name} }}\n" for name in names)
    checked = check_text(Source("plan.dro", text), tmp_path / "plan.dro")
    # That nothing uses the names is all there is to say.
    assert [(found.code, found.span.text) for found in checked.diagnostics] == [("W1001", name) for name in names]
