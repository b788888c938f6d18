"""Fixes are applied whole, without overlap, until nothing is left to mend."""

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.diagnostics.fixes import PASSES, apply_fixes, mend
from dro_lang.source import Source, Span


def replace(source: Source, start: int, end: int, text: str) -> Edit:
    return Edit(Span(source, start, end), text)


def test_edits_of_several_fixes_in_one_pass() -> None:
    source = Source("a.dro", "a == b or c == d")
    fixes = [Fix("", (replace(source, 12, 14, "="),)), Fix("", (replace(source, 2, 4, "="),))]
    assert apply_fixes(source, fixes) == ("a = b or c = d", 2)


def test_a_fix_is_applied_whole_or_not_at_all() -> None:
    source = Source("a.dro", "a and b or c")
    first = Fix("", (replace(source, 0, 0, "("), replace(source, 7, 7, ")")))
    second = Fix("", (replace(source, 6, 7, "x"), replace(source, 11, 12, "y")))
    assert apply_fixes(source, [first, second]) == ("(a and b) or c", 1)


def test_the_same_replacement_wanted_twice_is_made_once() -> None:
    source = Source("a.dro", "== x y")
    one, two = replace(source, 0, 2, "="), replace(source, 5, 6, "z")
    assert apply_fixes(source, [Fix("", (one,)), Fix("", (one, two))]) == ("= x z", 2)


def test_edits_that_meet_within_a_fix_keep_their_order() -> None:
    source = Source("a.dro", "abc")
    edits = (replace(source, 1, 1, "<"), replace(source, 1, 2, "B"), replace(source, 2, 2, ">"))
    assert apply_fixes(source, [Fix("", edits)]) == ("a<B>c", 1)


def doubled(source: Source) -> Sequence[Diagnostic]:
    """`==` is to be `=`, and `!!` may be dropped."""
    found = []
    for match in re.finditer("==|!!", source.text):
        span = Span(source, *match.span())
        safety = Safety.SAFE if match[0] == "==" else Safety.UNSAFE
        fix = Fix("mend", (Edit(span, "=" if match[0] == "==" else ""),), safety)
        found.append(diagnose("E0006", span, "doubled", fixes=(fix,)))
    return found


def test_mending_goes_on_until_it_is_stable() -> None:
    mended = mend(Source("a.dro", "====\r\n!! x"), doubled)
    assert (mended.source.text, mended.applied) == ("=\r\n!! x", 3)
    assert [diagnostic.span.text for diagnostic in mended.diagnostics] == ["!!"]


def test_unsafe_fixes_only_where_asked() -> None:
    mended = mend(Source("a.dro", "a == !! b"), doubled, unsafe=True)
    assert (mended.source.text, mended.diagnostics) == ("a =  b", ())


def test_fixes_that_undo_each_other_end() -> None:
    def swap(source: Source) -> Sequence[Diagnostic]:
        span = Span(source, 0, 1)
        return [diagnose("E0001", span, "", fixes=(Fix("", (Edit(span, "b" if span.text == "a" else "a"),)),))]

    assert mend(Source("a.dro", "a"), swap).applied == PASSES


def test_other_files_are_left_alone() -> None:
    other = Source("b.dro", "b")

    def elsewhere(source: Source) -> Sequence[Diagnostic]:
        return [diagnose("E0001", Span(source, 0, 1), "", fixes=(Fix("", (replace(other, 0, 1, "x"),)),))]

    assert mend(Source("a.dro", "a"), elsewhere).applied == 0


@given(st.text("=! ab", max_size=30))
def test_nothing_safe_is_left_and_the_rest_is_kept(text: str) -> None:
    mended = mend(Source("a.dro", text), doubled)
    assert "==" not in mended.source.text
    assert mended.source.text == re.sub("=+", "=", text)
    assert len(text) - len(mended.source.text) == mended.applied


@given(st.text("abc", min_size=1, max_size=12), st.data())
def test_accepted_edits_do_not_disturb_each_other(text: str, data: st.DataObject) -> None:
    source = Source("a.dro", text)
    offsets = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    spans = [Span(source, *data.draw(offsets)) for _ in range(data.draw(st.integers(0, 5)))]
    fixes = [Fix("", (Edit(span, f"<{number}>"),)) for number, span in enumerate(spans)]
    result, count = apply_fixes(source, fixes)
    accepted = [spans[int(number)] for number in re.findall(r"<(\d)>", result)]
    assert len(accepted) == count >= min(1, len(fixes))
    gone = {offset for span in accepted for offset in range(span.start, span.end)}
    assert len(gone) == sum(span.end - span.start for span in accepted)
    assert re.sub(r"<\d>", "", result) == "".join(char for offset, char in enumerate(text) if offset not in gone)
