"""What a person reads at a terminal."""

from textwrap import dedent

import click
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.diagnostics.diagnostic import Edit, Fix, Safety, diagnose
from dro_lang.diagnostics.render.columns import harmless, laid_out, width
from dro_lang.diagnostics.render.text import render
from dro_lang.source import Source, Span

PLAN = dedent("""\
    language 1.0

    plan Dunning for CollectionPlan {
      usage    Generic
      choose   exactly one scenario

      scenario gentle {
        when days_overdue < 29
        run  Remind
      }

      scenario firm {
        when days_overdue >= 30
        run  Remind
      }
    }
    """)


def span(source: Source, text: str, until: str = "") -> Span:
    """The first place of a text, or from there to the end of the next place of another."""
    start = source.text.index(text)
    end = source.text.index(until, start) + len(until) if until else start + len(text)
    return Span(source, start, end)


def test_message_place_excerpt_notes_and_help() -> None:
    source = Source("dunning.dro", PLAN)
    found = diagnose(
        "E0702",
        span(source, "exactly one"),
        "no scenario applies to some records",
        why="this plan promises one scenario for every record",
        notes=("record: days_overdue = 29", "nearest: `gentle` stops at 28\n`firm` starts at 30"),
        help="write `days_overdue < 30` in `gentle`",
    )
    assert render([found]) == dedent("""\
        error[E0702]: no scenario applies to some records
         --> dunning.dro:5:12
          |
        5 |   choose   exactly one scenario
          |            ^^^^^^^^^^^ this plan promises one scenario for every record
          = record: days_overdue = 29
          = nearest: `gentle` stops at 28
            `firm` starts at 30
          = help: write `days_overdue < 30` in `gentle`

        """)


def test_two_places_in_one_line() -> None:
    source = Source("a.dro", "  when risk = Hihg\n")
    found = diagnose("E0101", span(source, "Hihg"), "unknown", (span(source, "risk"), "this is a Risk"), why="here")
    assert render([found]) == dedent("""\
        error[E0101]: unknown
         --> a.dro:1:15
          |
        1 |   when risk = Hihg
          |        ----   ^^^^ here
          |        |
          |        this is a Risk

        """)


def test_lines_far_apart_are_joined_by_dots_and_one_line_between_is_shown() -> None:
    source = Source("a.dro", "".join(f"line {number}\n" for number in range(1, 12)))
    found = diagnose(
        "E0102", span(source, "line 11"), "twice", (span(source, "line 3"), "first"), (span(source, "line 9"), "")
    )
    assert render([found]) == dedent("""\
        error[E0102]: twice
          --> a.dro:11:1
           |
         3 | line 3
           | ------ first
        ...
         9 | line 9
           | ------
        10 | line 10
        11 | line 11
           | ^^^^^^^

        """)


def test_spans_of_several_lines_get_a_bar() -> None:
    source = Source("dunning.dro", PLAN)
    found = diagnose(
        "E0701",
        span(source, "scenario firm", "}"),
        "two scenarios apply to the same record",
        (span(source, "scenario gentle", "}"), "so does this one"),
        why="this one applies",
    )
    assert render([found]) == dedent("""\
        error[E0701]: two scenarios apply to the same record
          --> dunning.dro:12:3
           |
         7 |     scenario gentle {
           |  ___-
         8 | |     when days_overdue < 29
         9 | |     run  Remind
        10 | |   }
           | |___- so does this one
        11 |
        12 |     scenario firm {
           |  ___^
        13 | |     when days_overdue >= 30
        14 | |     run  Remind
        15 | |   }
           | |___^ this one applies

        """)


def test_spans_of_many_lines_show_their_ends_only() -> None:
    source = Source("a.dro", "{\n" + "x\n" * 20 + "}\n")
    assert render([diagnose("E0005", Span(source, 0, 43), "long", why="all of it")]) == dedent("""\
        error[E0005]: long
          --> a.dro:1:1
           |
         1 |   {
           |  _^
         2 | | x
        ...
        22 | | }
           | |_^ all of it

        """)


def test_a_span_that_ends_with_its_line_stays_in_that_line() -> None:
    source = Source("a.dro", "first\nsecond\n")
    assert "1 | first\n  | ^^^^^\n\n" in render([diagnose("E0001", Span(source, 0, 6), "whole line")])


def test_places_in_several_files() -> None:
    here, there = Source("a.dro", "import b { X }\nenum X { A }\n"), Source("lib/b.dro", "\n" * 99 + "enum X { B }\n")
    found = diagnose("E0103", span(here, "X"), "clash", (span(there, "X"), "and here"), why="declared here")
    assert render([found]) == dedent("""\
        error[E0103]: clash
           --> a.dro:1:12
            |
          1 | import b { X }
            |            ^ declared here
           ::: lib/b.dro:100:6
            |
        100 | enum X { B }
            |      - and here

        """)


def test_tabs_and_wide_characters_keep_underlines_below_their_text() -> None:
    source = Source("a.dro", '\tname = "顧客 é 👩‍👩‍👧"\t== x\n')
    (_, _, _, line, underline, *_) = render([diagnose("E0006", span(source, "=="), "doubled")]).splitlines()
    assert width(line[: line.index("==")]) == underline.index("^^")
    assert underline.endswith("^^")
    wide = render([diagnose("E0001", span(source, "顧客"), "wide")]).splitlines()[4]
    assert wide.count("^") == 4


def test_the_end_of_the_text_can_be_pointed_at() -> None:
    for text in ("plan {\n", "plan {", ""):
        source = Source("a.dro", text)
        shown = render([diagnose("E0005", Span(source, len(text), len(text)), "never closed")])
        assert shown.startswith("error[E0005]: never closed\n")
        assert shown.count("^") == (1 if text else 0)


def test_control_characters_never_reach_the_terminal() -> None:
    source = Source("a\x1b.dro", 'text "\x1b[31m\u202e\x07"\n')
    found = diagnose("E0003", span(source, "\x1b"), "a \x1b[0m here", notes=("bell \x07",))
    shown = render([found])
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "␛[31m" in shown


def test_a_fix_says_whether_it_may_be_applied_unseen() -> None:
    source = Source("a.dro", "a == b\n")
    edits = (Edit(span(source, "=="), "="),)
    found = diagnose(
        "E0006", span(source, "=="), "doubled", fixes=(Fix("write `=`", edits), Fix("or not", edits, Safety.UNSAFE))
    )
    assert "= fix: write `=` (`check --fix` does it)\n" in render([found])
    assert "= fix: or not (`check --unsafe-fixes` does it; see that it is what you mean)\n" in render([found])


def test_a_fix_that_is_the_help_is_told_once() -> None:
    source = Source("a.dro", "a == b\n")
    fix = Fix("write `=`", (Edit(span(source, "=="), "="),))
    shown = render([diagnose("E0006", span(source, "=="), "doubled", help="write `=`", fixes=(fix,))])
    assert shown.count("write `=`") == 1
    assert "= help: write `=` (`check --fix` does it)\n" in shown


def test_findings_are_sorted_by_file_and_place() -> None:
    a, b = Source("a.dro", "one\ntwo\n"), Source("b.dro", "one\n")
    found = [
        diagnose("E0001", span(b, "one"), "3"),
        diagnose("E0001", span(a, "two"), "2"),
        diagnose("W1001", span(a, "one"), "1"),
    ]
    heads = [line for line in render(found).splitlines() if line.startswith(("error", "warning"))]
    assert heads == ["warning[W1001]: 1", "error[E0001]: 2", "error[E0001]: 3"]


def test_colour_only_where_it_is_asked_for() -> None:
    source = Source("dunning.dro", PLAN)
    inner = (span(source, "usage"), "inner")
    found = [diagnose("E0701", span(source, "scenario firm", "}"), "two", inner, why="outer", notes=("n",), help="h")]
    assert "\x1b" not in render(found)
    assert "\x1b[31m" in render(found, color=True)
    assert click.unstyle(render(found, color=True)) == render(found)


LINES = st.text(st.sampled_from('ab ={}\t\n\r"é顧👩‍\u0301\x1b\u202e🇩🇪'), max_size=40)


@st.composite
def labelled(draw: st.DrawFn) -> tuple[Source, list[tuple[Span, str]]]:
    source = Source("a.dro", draw(LINES))
    offsets = st.integers(0, len(source.text))
    labels = []
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted((draw(offsets), draw(offsets)))
        labels.append((Span(source, start, end), draw(st.sampled_from(["", "why", "wörter 顧"]))))
    return source, labels


@settings(max_examples=150, deadline=None)
@given(labelled())
def test_any_places_in_any_text_can_be_shown(drawn: tuple[Source, list[tuple[Span, str]]]) -> None:
    source, ((primary, why), *labels) = drawn
    found = diagnose("E0001", primary, "message", *labels, why=why)
    plain = render([found])
    assert click.unstyle(render([found], color=True)) == plain
    if source.text:
        assert "^" in plain
        for place, text in [(primary, why), *labels]:
            assert text in plain
            assert harmless(laid_out(source.line(source.position(place.start)[0]))[0]).strip() in plain


@given(LINES.filter(lambda text: "\n" not in text))
def test_every_code_point_of_a_line_has_a_column(line: str) -> None:
    shown, columns = laid_out(line)
    assert len(columns) == len(line) + 1
    assert columns == sorted(columns)
    assert width(shown) == columns[-1]
