"""One mistake in a whole program gives one error, with its code, where the mistake is."""

import re
from pathlib import Path

import pytest

from dro_lang.diagnostics.diagnostic import Diagnostic, Severity
from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.source import Source, Span

EXAMPLES = Path(__file__).parents[2] / "examples"

ANOTHER_USAGE = "usage Billing { scopes plan, item }\n\n"

DUNNING = {
    "missing brace": ("    run  AwaitPromise\n  }\n", "    run  AwaitPromise\n", "E0005", "run  AwaitPromise"),
    "double equals": ("when   risk = High", "when   risk == High", "E0006", "=="),
    "unknown group": ("run  AwaitPromise", "run  AwaitPromis", "E0101", "AwaitPromis"),
    "unknown attribute": ("starts  on due_date", "starts  on due_day", "E0101", "due_day"),
    "unknown step": ("after call_customer", "after call_custmer", "E0101", "call_custmer"),
    "wrong usage type": (
        "group EarlyWarning for CollectionPlan {",
        ANOTHER_USAGE + "group EarlyWarning for CollectionPlan {\n  usage Billing",
        "E0401",
        "EarlyWarning",
    ),
    "sales usage type": ("  usage    Generic", "  usage    Billing", "E0401", "Billing"),
    "bundle scope": ("step call_customer: manual {", "step call_customer: manual for each bundle {", "E0501", "bundle"),
    "cycle": (
        "step reminder: auto SendEmail {",
        "step reminder: auto SendEmail {\n    after recovered",
        "E0601",
        "recovered",
    ),
    "missing currency": ("until   balance = 0 EUR", "until   balance = 0", "E0302", "0"),
    "unguarded optional": ("when promised_on is known", "when promised_on <= today", "E0301", "promised_on"),
    "overlapping imports": (
        "import std.notify { SendEmail }",
        "import std.notify { SendEmail }\nimport std.notify { SendEmail }",
        "E0103",
        "SendEmail",
    ),
    "truncated": (
        "call_customer ready\n}\n",
        "call_customer ready\n",
        "E0005",
        "never  step Remind.call_customer ready",
    ),
}

OBLIGATIONS = {
    "missing brace": ("    run Track\n  }\n", "    run Track\n", "E0005", "run Track"),
    "double equals": ("when kind = Delivery", "when kind == Delivery", "E0006", "=="),
    "unknown queue": (
        "to queue FieldService by least loaded",
        "to queue FeildService by least loaded",
        "E0101",
        "FeildService",
    ),
    "unknown constant": ("when kind = Delivery", "when kind = Delivry", "E0101", "Delivry"),
    "wrong usage type": (
        "mapping Obligations for Obligation {\n  usage Generic",
        ANOTHER_USAGE + "mapping Obligations for Obligation {\n  usage Billing",
        "E0402",
        "Generic",
    ),
    "bundle scope": (
        "callout Erp for each item {\n    after ",
        "callout Erp for each bundle {\n    after ",
        "E0501",
        "bundle",
    ),
    "bundle wait": ("plan_visit for the same item", "plan_visit for the same bundle", "E0501", "for the same bundle"),
    "cycle": ("    starts 10 business days", "    after fulfilled\n    starts 10 business days", "E0601", "fulfilled"),
    "missing step": (
        "    starts on due_on",
        "    after Deliver.fulfilled\n    starts on due_on",
        "E0602",
        "Deliver.fulfilled",
    ),
    "missing currency": ("value > 100_000 EUR", "value > 100_000", "E0302", "100_000"),
    "unguarded optional": ("accepted_on is known and count", "accepted_on <= today and count", "E0301", "accepted_on"),
    "overlapping imports": (
        "import std.generic { Generic }",
        "import std.generic { Generic }\nimport std.calendar { Target2 }",
        "E0103",
        "Target2",
    ),
    "truncated": ("    assign to queue RevenueAccounting", "\0", "E0005", "step approve_credit: manual {"),
}


def errors_in(text: str, example: str) -> list[Diagnostic]:
    """The errors in a changed example."""
    found = check_source(Source("example.dro", text), "example", Loader(EXAMPLES / example)).diagnostics
    return [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("example", "old", "new", "code", "at"),
    [
        pytest.param(example, *mutation, id=f"{example}-{name}")
        for example, mutations in (("dunning", DUNNING), ("obligations", OBLIGATIONS))
        for name, mutation in mutations.items()
    ],
)
def test_one_mistake_gives_one_error(example: str, old: str, new: str, code: str, at: str) -> None:
    text = (EXAMPLES / example / f"{example}.dro").read_text(encoding="utf-8")
    assert text.count(old) == 1
    changed = text.replace(old, new).partition("\0")[0]
    assert [(each.code, _place(each.span)) for each in errors_in(changed, example)] == [(code, at)]


def _place(span: Span) -> str:
    """The text at fault; where something is missing, the line up to there."""
    line, column = span.source.position(span.start)
    return span.text or span.source.line(line)[: column - 1].strip()


WORD = re.compile(r"""//[^\n]*|"(?:\\.|[^"\\\n])*"|\w+|[^\s\w]""")


@pytest.mark.parametrize("example", ["dunning", "obligations"])
def test_a_word_that_is_lost_or_misspelt_hardly_ever_gives_more_than_one_error(example: str) -> None:
    text = (EXAMPLES / example / f"{example}.dro").read_text(encoding="utf-8")
    words = [match for match in WORD.finditer(text) if not match[0].startswith("//")][::7]
    changed = [text[: word.start()] + text[word.end() :] for word in words]
    changed += [text[: word.end()] + "zq" + text[word.end() :] for word in words if word[0].isalpha()]
    counts = [len(errors_in(each, example)) for each in changed]
    assert sum(count > 1 for count in counts) <= 0.03 * len(counts)


@pytest.mark.parametrize("example", ["dunning", "obligations"])
def test_a_text_cut_off_in_the_middle_of_a_word_hardly_ever_gives_more_than_one_error(example: str) -> None:
    text = (EXAMPLES / example / f"{example}.dro").read_text(encoding="utf-8")
    cuts = [match.start() + 1 for match in WORD.finditer(text) if len(match[0]) > 1][3::13]
    counts = [len(errors_in(text[:cut], example)) for cut in cuts]
    assert sum(count > 1 for count in counts) <= 0.03 * len(counts), counts
