"""Modules that are checked together: what they share is handled once, and none comes to something else for it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dro_lang import parts
from dro_lang.pipeline import Checked, check_file, check_texts
from dro_lang.semantics import together as semantics_together
from dro_lang.semantics.check import Examined, examine
from dro_lang.semantics.modules import World
from dro_lang.source import Source

WORDS = """language 1.0
module words

import std.generic { Generic }

enum Risk { Low, High }

context Case {
  id         : Id
  start_date : Date
  risk       : Risk
}

mapping Cases for Case {
  usage Generic
  object "Case"
}
"""

GROUPS = """language 1.0
module groups

import words { Case }

group Ask for Case {
  step ask: manual
}

group Answer for Case {
  step answer: manual {
    after first.ask
  }
}
"""

PLAN = """language 1.0
module NAME

import std.generic { Generic }
import words { Case }
import groups { Ask, Answer }

plan Care for Case {
  usage Generic
  choose every matching scenario

  scenario all {
    run Ask as ALIAS, Answer
  }
}
"""


def together(folder: Path, modules: Mapping[str, str]) -> Iterator[Checked]:
    """The modules checked together, each of which must come to what it comes to by itself."""
    paths = [folder / f"{module}.dro" for module in modules]
    for path, text in zip(paths, modules.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    for path, checked in zip(paths, check_texts([(Source.read(path), path) for path in paths]), strict=True):
        alone = check_file(path)
        assert told(checked) == told(alone)
        assert checked.program == alone.program
        yield checked


def told(checked: Checked) -> list[tuple[str, str, int]]:
    return [(each.code, each.message, each.span.start) for each in checked.diagnostics]


def plan(name: str, alias: str = "first") -> str:
    return PLAN.replace("NAME", name).replace("ALIAS", alias)


def codes(folder: Path, modules: Mapping[str, str]) -> list[list[str]]:
    return [[each.code for each in checked.diagnostics] for checked in together(folder, modules)]


def test_files_without_errors_are_read_and_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()
    parsed: Counter[str] = Counter()
    read_file, parse = Source.read, parts.parse

    def counting_read(path: Path, name: str | None = None) -> Source:
        read[path.name] += 1
        return read_file(path, name)

    def counting_parse(source: Source) -> object:
        parsed[Path(source.name).name] += 1
        return parse(source)

    texts = {"words": WORDS, "groups": GROUPS, "one": plan("one"), "two": plan("two")}
    for module, text in texts.items():
        (tmp_path / f"{module}.dro").write_text(text, encoding="utf-8")
    monkeypatch.setattr(Source, "read", counting_read)
    monkeypatch.setattr(parts, "parse", counting_parse)
    given = [tmp_path / "one.dro", tmp_path / "two.dro", tmp_path / "groups.dro"]
    checked = list(check_texts([(read_file(path), path) for path in given]))
    assert all(each.program is not None for each in checked)
    assert read == {"words.dro": 1, "generic.dro": 1}
    assert parsed == {"one.dro": 1, "two.dro": 1, "groups.dro": 1, "words.dro": 1, "generic.dro": 1}


def test_a_name_given_beside_a_group_does_not_help_another_plan(tmp_path: Path) -> None:
    modules = {"words": WORDS, "groups": GROUPS, "one": plan("one"), "two": plan("two", "second")}
    assert codes(tmp_path, modules) == [[], [], [], ["E0101"]]


def test_constants_of_an_enum_are_not_those_of_another_one_of_its_name(tmp_path: Path) -> None:
    other = "language 1.0\nmodule other\n\nenum Risk { Middling }\n"
    test = """
import words { Risk }

group Look for Case {
  step look: manual {
    only if risk = Middling
  }
}
"""
    looking = "language 1.0\nmodule looking\n" + test.replace("{ Risk }", "{ Case }")
    assert codes(tmp_path, {"words": WORDS, "other": other, "looking": looking}) == [[], [], ["E0101"]]


def test_what_two_plans_hand_over_wrongly_is_told_of_each(tmp_path: Path) -> None:
    modules = {name: plan(name).replace("Ask as first", "Ask(days: 3) as first") for name in ("one", "two")}
    assert codes(tmp_path, {"words": WORDS, "groups": GROUPS, **modules}) == [[], [], ["E0203"], ["E0203"]]


def test_a_mistake_in_a_module_is_told_of_what_imports_it_and_of_nothing_else(tmp_path: Path) -> None:
    modules = {"words": WORDS, "groups": GROUPS.replace("manual\n", "manul\n"), "one": plan("one")}
    free = "language 1.0\nmodule free\n\nimport words { Risk }\n"
    found = codes(tmp_path, {**modules, "free": free})
    assert [bool(each) for each in found] == [False, True, True, True]
    assert found[-1] == ["W1001"]


def test_modules_that_import_each_other_are_told_from_each_side(tmp_path: Path) -> None:
    one = "language 1.0\nmodule one\n\nimport two { Two }\n\nenum One { A }\n"
    two = "language 1.0\nmodule two\n\nimport one { One }\n\nenum Two { B }\n"
    assert codes(tmp_path, {"one": one, "two": two}) == [["E0105"], ["E0105"]]


def test_a_file_that_calls_itself_otherwise_is_another_module_to_its_importers(tmp_path: Path) -> None:
    one = "language 1.0\nmodule other\n\nenum One { A }\n"
    two = "language 1.0\nmodule two\n\nimport one { One }\n\nrecord R {\n  id  : Id\n  one : One\n}\n"
    assert codes(tmp_path, {"one": one, "two": two}) == [[], ["E0108"]]


def test_a_mistake_in_what_all_import_does_not_make_each_be_checked_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = WORDS.replace("id         : Id", "id         : Idd")
    plans = {name: plan(name).replace(" as first", "") for name in ("one", "two", "three")}
    modules = {"words": broken, "groups": GROUPS.replace("first.ask", "Ask.ask"), **plans}
    assert codes(tmp_path, modules) == [["E0101"]] * 5
    worlds: list[World] = []

    def counting(world: World) -> Examined:
        worlds.append(world)
        return examine(world)

    monkeypatch.setattr(semantics_together, "examine", counting)
    paths = [tmp_path / f"{module}.dro" for module in modules]
    assert len(list(check_texts([(Source.read(path), path) for path in paths]))) == 5
    assert [len(world.modules) for world in worlds] == [6, 2], "all together, and the words by themselves"


def test_what_a_plan_makes_wrong_in_another_module_is_told_of_that_plan_alone(tmp_path: Path) -> None:
    groups = GROUPS.replace("first.ask", "Ask.ask")
    lacking = plan("two").replace("run Ask as first, Answer", "run Answer").replace("{ Ask, Answer }", "{ Answer }")
    modules = {"words": WORDS, "groups": groups, "one": plan("one").replace(" as first", ""), "two": lacking}
    assert codes(tmp_path, modules) == [[], [], [], ["E0602"]]
