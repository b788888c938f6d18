"""What docs/outside.md shows is so."""

import json
import re
import sys
from pathlib import Path

import pytest

from dro_lang.diagnostics.render.text import render
from dro_lang.kernel.commands import Key
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.configuration.read import environments_of, load, read
from dro_lang.runtime.outside import failures
from dro_lang.runtime.outside.actions.mail import delivery, templates
from dro_lang.runtime.outside.actions.signature import mismatches
from dro_lang.source import Source
from tests.cli.shell import Shell, drolang
from tests.runtime.outside.plans import program

__all__ = ["drolang"]

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "outside.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.mark.parametrize("text", blocks("toml"))
def test_configurations_are_right(text: str, tmp_path: Path) -> None:
    path = tmp_path / "drolang.toml"
    path.write_text(text, encoding="utf-8")
    for environment in (None, *environments_of(path)):
        loaded = load(path, environment)
        assert isinstance(loaded, Configuration), render(loaded)


def test_the_code_fits_the_action() -> None:
    [code], [declaration] = blocks("python"), blocks("dro")
    names: dict[str, object] = {}
    exec(code, names)
    step = "step work: auto CreateCreditNote { with { account: id, amount: 5 EUR } }"
    of = program(declaration, step)
    function = names["create_credit_note"]
    assert callable(function)
    assert mismatches(function, of.actions["CreateCreditNote"], of) == ()


def test_the_finding_is_what_is_shown(tmp_path: Path) -> None:
    found = read(Source("drolang.toml", '[mail]\nhots = "localhost"\nhost = "h"\nsender = "a@b.example"\n'), tmp_path)
    assert isinstance(found, tuple)
    assert render(found).strip() in PAGE


def test_every_code_is_told() -> None:
    codes = [value for name, value in vars(failures).items() if name.isupper() and isinstance(value, str)]
    codes += [delivery.MAILBOX_BUSY, delivery.ADDRESS_UNKNOWN, delivery.MAIL_REFUSED, delivery.MAIL_SERVER]
    codes += [templates.TEMPLATE_FAILED, templates.TEMPLATE_UNKNOWN]
    assert len(codes) > 15
    assert [code for code in codes if f"`{code}`" not in PAGE] == []


def test_the_callbacks_are_json_with_a_key() -> None:
    for line in blocks("json")[0].splitlines():
        assert Key.parse(json.loads(line)["correlation_id"])


@pytest.mark.parametrize("example", ["dunning", "obligations"])
def test_the_examples_have_what_they_need(example: str, drolang: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_SECRET", "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
    monkeypatch.delenv("DROLANG_ENV", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(ROOT / "examples" / example)
    shown = drolang("config", "check", "--strict", f"{example}.dro")
    assert (shown.code, shown.out) == (0, "")
