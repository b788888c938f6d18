"""What messages say: both sides of a clash, the way round a circle, what is allowed, and what to do."""

from pathlib import Path

import pytest

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.fixes import mend
from dro_lang.pipeline import check_file, check_text
from dro_lang.source import Source

CASES = Path(__file__).parent / "cases"


def find(case: str, code: str, text: str) -> Diagnostic:
    """The finding of a code at a text of a case."""
    found = check_file(CASES / f"{case}.dro").diagnostics
    return next(each for each in found if each.code == code and each.span.text == text)


def test_usage_types_that_differ_show_both_places() -> None:
    found = find("usage", "E0401", "SaysGenericAgain")
    assert found.message == "group `SaysGenericAgain` has usage type `Generic`, but it runs here with `Billing`"
    assert [(label.span.text, label.text) for label in found.labels] == [
        ("Generic", "group `SaysGenericAgain` has usage type `Generic`"),
        ("Billing", "plan `Unmapped` has usage type `Billing`"),
    ]


def test_a_missing_mapping_shows_the_one_with_another_usage_type() -> None:
    found = find("usage", "E0402", "Billing")
    assert found.message == "there is no mapping for `Order` with usage type `Billing`"
    assert [label.text for label in found.labels] == ["mapping `Orders` is for usage type `Generic`"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bundle", "a step cannot be `for each bundle`: a plan has the scopes `plan` and `item`"),
        ("for the same bundle", "a wait cannot be `for the same bundle`: a plan has the scopes `plan` and `item`"),
        ("across plans", "a wait cannot reach across plans: a plan has the scopes `plan` and `item`"),
        ("item", "a step cannot be `for each item`: usage type `Plain` allows `plan`"),
    ],
)
def test_a_scope_that_is_refused_names_those_that_are_allowed(text: str, message: str) -> None:
    found = check_file(CASES / "scopes.dro").diagnostics
    assert message in [each.message for each in found if each.code == "E0501" and each.span.text == text]


def test_a_circle_of_waits_is_shown_as_a_path_with_each_of_its_waits() -> None:
    found = find("cycles", "E0601", "three")
    assert found.message == ("steps wait for each other: `one` waits for `three` waits for `two` waits for `one`")
    assert [(label.span.text, label.text) for label in (found.primary, *found.labels)] == [
        ("three", "`one` waits for `three`"),
        ("two", "`three` waits for `two`"),
        ("one", "`two` waits for `one`"),
    ]


def test_a_circle_through_groups_names_them() -> None:
    found = find("cycles", "E0601", "Back.two")
    assert "`There.two` waits for `Back.two` waits for `There.two`" in found.message


def test_a_step_that_a_scenario_lacks_names_the_scenario_and_where_it_runs_the_group() -> None:
    found = find("presence", "E0602", "First.one")
    assert found.message == "scenario `lacks` runs `Second`, but not `First`"
    assert [label.text for label in found.labels] == [
        "`lacks` runs `Second` here",
        "`lacks_too` runs `Second` here",
    ]


def test_a_group_that_runs_under_another_name_is_pointed_out() -> None:
    found = check_file(CASES / "presence_by_name.dro").diagnostics
    assert [each.help for each in found] == ["`First` runs there as `earlier`: write `earlier.one`"]


@pytest.mark.parametrize(
    ("case", "code", "text", "meant"),
    [
        ("waits", "E0101", "strat", "start"),
        ("presence", "E0101", "erlier", "earlier"),
        ("scenarios", "E0101", "frist", "first"),
        ("mappings", "E0101", "amuont", "amount"),
        ("scopes", "E0501", "itme", "item"),
        ("plans", "E0805", "hihg", "high"),
        ("calendars", "E1002", "sonday", "sunday"),
        ("calendars", "E1002", '"Berlin"', "Europe/Berlin"),
    ],
)
def test_a_name_that_is_misspelt_gets_the_one_that_is_meant(case: str, code: str, text: str, meant: str) -> None:
    assert find(case, code, text).help == f"did you mean `{meant}`?"


def test_an_unknown_outcome_gets_the_list() -> None:
    found = find("waits", "E0605", "cancelled")
    assert found.primary.text == "did you mean `canceled`?"
    assert found.help == "the outcomes are `completed`, `skipped`, `expired`, `failed` and `canceled`"


def test_a_name_of_the_standard_library_that_is_not_imported_brings_its_import() -> None:
    path = CASES / "missing_imports.dro"
    source = Source.read(path)

    def check(text: Source) -> tuple[Diagnostic, ...]:
        return check_text(text, path).diagnostics

    assert [each.help for each in check(source)] == [
        "write `import std.http { HttpMethod }`",
        "write `import std.generic { Generic }`",
        "write `import std.notify { SendEmail }`",
    ]
    mended = mend(source, check)
    assert mended.diagnostics == ()
    imports = [line for line in mended.source.text.splitlines() if line.startswith("import ")]
    assert sorted(imports) == [
        "import std.generic { Generic }",
        "import std.http { HttpMethod }",
        "import std.notify { Notify, SendEmail }",
    ]


def test_a_module_that_the_standard_library_lacks_brings_those_that_it_has() -> None:
    text = "language 1.0\nimport std.mail { SendEmail }\n"
    [found] = check_text(Source("plan.dro", text), CASES / "plan.dro").diagnostics
    assert found.help == (
        "the standard library has `std.calendar`, `std.generic`, `std.http`, `std.notify`, `std.record`"
    )
