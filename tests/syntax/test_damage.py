"""`broken` names what a syntax error has damaged, so that nobody complains about it a second time."""

import random
from pathlib import Path

import pytest

from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.source import Source
from dro_lang.syntax.parser import parse
from tests.syntax.test_recovery import edits
from tests.syntax.texts import SAMPLES, parsed

TEXT = """language 1.0
import std.generic { Generic }

enum Risk { Low, High }

record Invoice {
  id : Id
}

context CollectionPlan {
  id   : Id
  risk : Risk
}

queue Collections

plan Dunning for CollectionPlan {
  usage Generic
  scenario a { run Remind }
}

group Remind for CollectionPlan {
  step call: manual {
    assign to queue Collections
  }
}

test "it works" for Dunning {
  today 2026-12-01
}
"""


def test_a_whole_text_has_nothing_broken() -> None:
    assert parsed(TEXT).broken == frozenset()


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ("  id : Id\n}", "  id Id\n}", {"Invoice"}),
        ("  id : Id\n}", "  id : Id\n", {"Invoice"}),
        ("record Invoice {", "record Invoice {{", {"Invoice"}),
        ("record Invoice", "recrd Invoice", {"Invoice"}),
        ("record Invoice", "structure Invoice", {"Invoice"}),
        ("Low, High", "Low High", {"Risk"}),
        ("usage Generic", "use Generic", {"Dunning"}),
        ("run Remind", "when x == 1 run Remind", {"Dunning"}),
        ("run Remind", "when x = 2026-02-30 run Remind", {"Dunning"}),
        ("run Remind", "when a and b or c run Remind", {"Dunning"}),
        ("step call: manual {", "step call: {", {"Remind"}),
        ("{ Generic }", "{ Generic", {"Generic"}),
        ("std.generic", "std generic", {"Generic"}),
        ("today 2026", "todai 2026", {"it works"}),
        ("    assign to", "    /// nothing\n    assign to", set()),
        ("queue Collections\n\n", "queue Collections }\n\n", set()),
        ("language 1.0\n", "", set()),
        ("language 1.0", "language 2.0", set()),
    ],
)
def test_what_is_damaged_is_named(before: str, after: str, broken: set[str]) -> None:
    assert before in TEXT
    result = parsed(TEXT.replace(before, after, 1))
    assert len(result.diagnostics) == 1
    assert result.broken == broken


def test_what_is_lost_is_named() -> None:
    result = parsed(TEXT.replace("group Remind for CollectionPlan {", "group Remind CollectionPlan ; for {"))
    assert "Remind" in result.broken


def test_a_damaged_import_is_not_in_the_tree() -> None:
    assert parsed(TEXT.replace("{ Generic }", "{ Generic")).tree.imports == ()


def test_a_damaged_declaration_is_in_the_tree() -> None:
    assert len(parsed(TEXT.replace("  id : Id\n}", "  id Id\n}")).tree.declarations) == 7


def test_what_nests_too_deeply_is_left_out_and_named() -> None:
    result = parsed(TEXT.replace("run Remind", "when " + "(" * 200 + "x" + ")" * 200 + " run Remind"))
    assert result.broken == {"Dunning"}
    assert len(result.tree.declarations) == 6


@pytest.mark.parametrize(
    ("before", "after", "hides"),
    [
        ("enum Risk { Low, High }", "enum { Low, High }", True),
        ("enum Risk {", "enum risk {", True),
        ("import std.generic { Generic }", "import std. { Generic }", False),
        ("import std.generic { Generic }", "import std. ", True),
        ("  today 2026-12-01\n}\n", "  today 2026-12-01\n", True),
        ("  id : Id\n}", "  id Id\n}", False),
        ("  id : Id\n}", "  id : Id\n", False),
    ],
)
def test_names_that_are_not_known_are_told_of(before: str, after: str, hides: bool) -> None:
    """The names of the text that no list can hold, as the text does not have them whole."""
    assert before in TEXT
    assert parsed(TEXT.replace(before, after, 1)).hides_names is hides


NO_CONSEQUENCES = 0.97
"""Of the edits that the parser finds wrong, the share about which no later stage may say more. Reached: 0.995."""


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_later_stages_seldom_complain_about_what_is_broken(path: Path) -> None:
    texts = random.Random(1).sample(list(edits(path.read_text(encoding="utf-8"), seed=3)), 60)
    broken, quiet = 0, 0
    for text in texts:
        source = Source(path.name, text)
        found = parse(source).diagnostics
        if found:
            checked = check_source(source, path.stem, Loader(path.parent))
            broken += 1
            quiet += {each.code for each in checked.diagnostics if each.severity == "error"} <= {e.code for e in found}
    assert broken > 40
    assert quiet / broken >= NO_CONSEQUENCES
