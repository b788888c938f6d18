"""What tests show of their plans, and how it is told."""

import json
from html.parser import HTMLParser

import pytest

from dro_lang.testing.coverage.goals import Kind
from dro_lang.testing.coverage.measure import Coverage, Measured
from dro_lang.testing.report import coverage as report
from dro_lang.testing.report import html
from dro_lang.testing.suite import run_file
from tests.testing.plans import PLAN, VOCABULARY, compiled, given_line

PARTS = ', parts: [ { id: "p", ready: true }, { id: "q", ready: false } ]'


def measured(tests: str, plan: str = PLAN, name: str = "plan.dro") -> Measured:
    checked = compiled(tests, plan, name)
    found = Measured.of(checked)
    run_file(checked, measured=found)
    return found


def coverage(*lines: str, plan: str = PLAN) -> Coverage:
    """What one test shows that has these lines, and looks at its plan in the end."""
    body = "\n  ".join([*lines, "advance 1 minute"])
    return Coverage.of([measured(f'test "t" for P {{\n  {body}\n}}\n' if lines else "", plan)])


def missing(found: Coverage, kind: Kind) -> set[str]:
    return {f"{goal.subject}: {goal.shown}" for goal in found.missing if goal.kind is kind}


def test_without_tests_nothing_is_shown() -> None:
    found = coverage()
    assert found.count().reached == 0
    assert missing(found, Kind.SCENARIO) == {
        f"scenario {name}: a record gets it" for name in ("small", "large", "huge")
    }
    assert missing(found, Kind.STEP) == {
        *("G.a: completed", "G.a: skipped", "G.b: completed", "G.b: skipped", "G.c: completed"),
        *("H.d: completed", "H.d: expired", "H.e: completed"),
    }
    assert missing(found, Kind.WAIT) == {
        "G.b: goes on after a completed",
        "G.b: goes on after a skipped",
        "G.c: goes on after b completed",
        "G.c: goes on after b skipped",
        "H.e: goes on after d completed",
    }


def test_a_record_shows_its_scenario_and_what_its_steps_come_to() -> None:
    found = coverage(given_line(15, PARTS))
    assert missing(found, Kind.SCENARIO) == {
        "scenario small: a record gets it",
        "scenario huge: a record gets it",
    }
    assert "G.a: skipped" not in missing(found, Kind.STEP)
    assert "G.b: goes on after a skipped" not in missing(found, Kind.WAIT)
    assert "G.b: goes on after a completed" in missing(found, Kind.WAIT)


def test_a_wait_is_shown_by_the_outcome_that_met_it() -> None:
    found = coverage(given_line(15, PARTS), 'complete G.b for item "p"')
    waits = missing(found, Kind.WAIT)
    assert not waits & {"G.c: goes on after b completed", "G.c: goes on after b skipped"}


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (5, {"amount >= 10: decides by being false"}),
        (15, {"amount >= 10: decides by being true", "amount <= 20: decides by being true"}),
        (25, {"amount <= 20: decides by being false"}),
    ],
)
def test_an_atom_is_shown_where_it_decides(amount: int, shown: set[str]) -> None:
    parts = ("amount >= 10", "amount <= 20")
    every = {f"{part}: decides by being {value}" for part in parts for value in ("true", "false")}
    found = missing(coverage(given_line(amount)), Kind.CONDITION)
    assert {each.removeprefix("scenario large: ") for each in found if "scenario large" in each} == every - shown


def test_an_unknown_value_shows_nothing() -> None:
    found = missing(coverage(given_line(5)), Kind.CONDITION)
    assert "G.a: due_on is known: decides by being false" not in found
    assert {"G.a: due_on > today: decides by being true", "G.a: due_on > today: decides by being false"} <= found


def test_a_pause_is_looked_at_while_it_waits_and_when_it_ends() -> None:
    until = {"H.d: note is known: decides by being true", "H.d: note is known: decides by being false"}
    waiting = coverage(given_line(30))
    assert missing(waiting, Kind.CONDITION) & until == {"H.d: note is known: decides by being true"}
    ended = coverage(given_line(30), 'set { note: "here" }')
    assert not missing(ended, Kind.CONDITION) & until


def test_what_is_proved_impossible_is_not_asked_for() -> None:
    plan = (
        VOCABULARY
        + """
plan P for Case {
  usage  Generic
  choose exactly one scenario
  scenario all { run G(limit: 5), G(limit: 7) as again }
}

group G(limit : Integer) for Case {
  step a: auto Work { only if limit > 3 and amount > limit }
}
"""
    )
    found = coverage(plan=plan)
    conditions = missing(found, Kind.CONDITION)
    assert "G.a: limit > 3: decides by being true" in conditions
    assert "G.a: limit > 3: decides by being false" not in conditions


def test_a_routing_is_looked_at_up_to_the_route_that_is_taken() -> None:
    plan = (
        VOCABULARY
        + """
routing Desk for Case {
  when amount > 5 to user "boss"
  when amount > 3 to user "deputy"
  otherwise to user "clerk"
}

plan P for Case {
  usage  Generic
  choose exactly one scenario
  scenario all { run G }
}

group G for Case {
  step a: manual { assign to routing Desk }
}
"""
    )
    high, low = coverage(given_line(9), plan=plan), coverage(given_line(1), plan=plan)
    desk = "routing Desk: amount"
    assert missing(high, Kind.CONDITION) == {
        f"{desk} > 5: decides by being false",
        f"{desk} > 3: decides by being true",
        f"{desk} > 3: decides by being false",
    }
    assert missing(low, Kind.CONDITION) == {f"{desk} > 5: decides by being true", f"{desk} > 3: decides by being true"}


def test_files_that_share_a_plan_are_measured_together() -> None:
    small = measured(f'test "t" for P {{ {given_line(5)} }}\n')
    large = measured(f'test "t" for P {{ {given_line(15)} }}\n')
    alone, together = Coverage.of([small]), Coverage.of([small, large])
    assert together.count().total == alone.count().total
    assert together.count(Kind.SCENARIO).reached == 2


def test_a_test_that_fails_shows_what_it_came_to() -> None:
    assert coverage(given_line(5), "expect scenario huge").count(Kind.SCENARIO).reached == 1


def test_percentages_are_rounded_down() -> None:
    found = coverage(given_line(5)).count(Kind.SCENARIO)
    assert str(found) == "1 of 3, 33 %"


def test_the_text_names_every_gap_with_its_line() -> None:
    found = coverage(given_line(5))
    text = report.text(found, color=False)
    assert "  scenarios         1 of 3   33 %\n" in text
    line = PLAN.split("\n").index("  scenario huge { otherwise run H }") + 1
    assert f"  {line}  scenario huge: no record gets it\n" in text
    assert text.count(": never ") == sum(goal.kind is not Kind.SCENARIO for goal in found.missing)


def test_the_document_has_every_goal() -> None:
    found = coverage(given_line(5))
    document = json.loads(json.dumps(report.document(found)))
    assert document["total"]["total"] == len(document["goals"])
    assert document["total"]["reached"] == sum(goal["reached"] for goal in document["goals"])
    assert document["scenarios"] == {"reached": 1, "total": 3, "percent": 33.33}


class Page(HTMLParser):
    """A page as a browser sees it: which tags, which attributes, which text is marked."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marked: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] == "mark":
            self.marked.append(data)


HOSTILE = PLAN.replace(
    "context Case {", '/// <script>alert("x")</script> & \u202e\nqueue Q "</td><b>"\n\ncontext Case {'
)


def test_pages_are_whole_and_need_nothing_else() -> None:
    found = coverage(given_line(15, PARTS), plan=HOSTILE)
    pages = html.pages(found)
    assert sorted(pages) == ["1-plan.html", "index.html"]
    for text in pages.values():
        page = Page(text)
        assert not {"script", "link", "img", "iframe", "b"} & {tag for tag, _ in page.tags}
        for _, attributes in page.tags:
            assert "src" not in attributes
            assert not (attributes.get("href") or "").startswith(("http", "//"))
        assert "url(" not in text
        assert "\u202e" not in text
    assert ("a", {"href": "1-plan.html"}) in Page(pages["index.html"]).tags


def test_a_page_shows_the_source_and_marks_what_is_missing() -> None:
    found = coverage(given_line(30, PARTS), plan=HOSTILE)
    page = Page(html.pages(found)["1-plan.html"])
    assert '<script>alert("x")</script>' in page.text
    assert 'queue Q "</td><b>"' in page.text
    assert set(page.marked) >= {"small", "due_on > today"}
    assert "huge" not in page.marked
    looks = [attributes.get("class") for tag, attributes in page.tags if tag == "tr"]
    assert {"good", "part", "bad"} <= set(looks)
