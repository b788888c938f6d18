"""Keywords are reserved only where they are expected."""

import pytest

from dro_lang.syntax import ast
from dro_lang.syntax.tables.language import language
from tests.syntax.texts import codes, parsed

KEYWORDS = sorted(word for word in language().keywords if word.islower())

NOT_IN_EXPRESSIONS = {"true", "false", "today", "now"}
"""These are values wherever a value may stand, so an attribute of the name cannot be read there."""


NOT_THE_NAME = {"{} is known", "{} in 1..2", "{} + 1 > 2"}
"""In these, `not` is the operator, and what follows it is the name or the sign of a number."""


def plan(condition: str) -> str:
    return f"language 1.0\nplan P for C {{\n  scenario a {{\n    when {condition}\n    run G\n  }}\n}}\n"


def when(condition: str) -> ast.Expression | None:
    result = parsed(plan(condition))
    assert not result.diagnostics, condition
    [declared] = result.tree.declarations
    assert isinstance(declared, ast.Plan)
    return declared.scenarios[0].when


@pytest.mark.parametrize("word", KEYWORDS)
def test_an_attribute_may_have_any_name(word: str) -> None:
    lines = (
        f"language 1.0\nrecord R {{\n  before_it : Date\n  {word} : Date\n  {word} : Date optional, {word} : Text\n}}\n"
    )
    result = parsed(lines)
    assert not result.diagnostics
    [record] = result.tree.declarations
    assert isinstance(record, ast.Record)
    assert [attribute.name.text for attribute in record.attributes] == ["before_it", word, word, word]


@pytest.mark.parametrize("word", KEYWORDS)
def test_steps_scenarios_parameters_and_arguments_may_have_any_name(word: str) -> None:
    text = f"""language 1.0
plan P for C {{
  scenario {word} {{
    unless other, {word}
    run G({word}: 1, other: 2) as {word}
  }}
}}
group G({word} : Duration, other : Duration = 1 day) for C {{
  step {word}: manual {{
    gives {{ {word} : Text }}
  }}
  step last: auto A {{
    after G.{word} completed
    with {{ {word}: 1, other: 2 }}
  }}
}}
mapping M for C {{
  usage U
  object "O" {{
    {word} from "F"
    other from "G"
  }}
}}
test "t" for P {{
  given {{ {word}: 1 }}
  expect scenario {word}
  expect step G.{word} ready
}}
"""
    assert codes(text) == []


@pytest.mark.parametrize("word", KEYWORDS)
def test_a_module_may_have_any_name(word: str) -> None:
    result = parsed(f"language 1.0\nmodule a.{word}\nimport {word}.b {{ C }}\n")
    assert not result.diagnostics
    assert result.tree.imports[0].path.dotted == f"{word}.b"


FORMS = ["{} = 3", "3 = {}", "{} is known", "not ({} = 3)", "x = 1 and {} > 2", "{} in 1..2", "({})", "{} + 1 > 2"]


@pytest.mark.parametrize(
    ("word", "form"),
    [
        (word, form)
        for word in KEYWORDS
        for form in FORMS
        if word not in NOT_IN_EXPRESSIONS and (word != "not" or form not in NOT_THE_NAME)
    ],
)
def test_an_attribute_of_any_other_name_can_be_read(word: str, form: str) -> None:
    def names(node: object) -> set[str]:
        if isinstance(node, ast.NameReference):
            return {node.name}
        parts = [getattr(node, name) for name in getattr(node, "__slots__", ()) if name != "span"]
        flat = [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]
        return set().union(*(names(each) for each in flat if isinstance(each, ast.Node)), set())

    assert word in names(when(form.format(word)))


@pytest.mark.parametrize("word", [word for word in KEYWORDS if word not in NOT_IN_EXPRESSIONS])
def test_an_attribute_of_an_item_can_have_any_name(word: str) -> None:
    condition = when(f"any(xs where item.{word} = 1)")
    assert isinstance(condition, ast.Call)
    comparison = condition.operands[0].where
    assert isinstance(comparison, ast.Comparison)
    assert isinstance(comparison.left, ast.ItemReference)
    assert comparison.left.name.text == word


@pytest.mark.parametrize(
    ("word", "node"), [("true", ast.Boolean), ("false", ast.Boolean), ("today", ast.Today), ("now", ast.Now)]
)
def test_four_words_are_always_values(word: str, node: type) -> None:
    condition = when(f"{word} = x")
    assert isinstance(condition, ast.Comparison)
    assert isinstance(condition.left, node)


def test_a_word_is_read_as_what_goes_with_the_next() -> None:
    assert isinstance(when("any(xs where item.x)"), ast.Call)
    assert isinstance(when("any = 1"), ast.Comparison)
    assert isinstance(when("not x"), ast.Not)
    assert isinstance(when("not = 1"), ast.Comparison)
    assert isinstance(when("item.x"), ast.ItemReference)
    assert isinstance(when("item = 1"), ast.Comparison)


def test_money_is_a_constant_where_no_type_is_expected() -> None:
    assert codes("language 1.0\nenum Pay { Money, Goods }\n") == []
