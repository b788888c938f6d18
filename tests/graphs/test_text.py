"""Text in lines: nothing lost, nothing too wide."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.interop.graphs.svg.text import Font, balanced, measure, wrap

FONT = Font("name", 12, 16)


@given(st.text(max_size=200), st.integers(60, 300))
@settings(max_examples=100)
def test_lines_are_never_too_wide_and_keep_every_character(text: str, width: int) -> None:
    for lines in (wrap(text, FONT, width), balanced(text, FONT, width)):
        assert all(line.width <= width for line in lines)
        assert "".join("".join(line.text.split()) for line in lines) == "".join(text.split())


@given(st.text(max_size=300), st.integers(60, 200), st.integers(1, 3))
@settings(max_examples=100)
def test_what_is_cut_off_is_marked(text: str, width: int, most: int) -> None:
    whole, cut = wrap(text, FONT, width), wrap(text, FONT, width, most)
    assert len(cut) <= most
    assert (cut == whole) == (len(whole) <= most)
    assert all(line.width <= width for line in cut)
    assert len(whole) <= most or cut[-1].text.endswith("…")


def test_balanced_takes_no_more_lines_and_makes_them_alike() -> None:
    text = "only if email is known and the balance is not nil"
    plain, alike = wrap(text, FONT, 200), balanced(text, FONT, 200)
    assert len(plain) == len(alike) == 2
    assert max(line.width for line in alike) < max(line.width for line in plain)


def test_a_number_stays_with_its_unit_and_an_operator_with_what_follows() -> None:
    lines = wrap("balance > 250 EUR", FONT, measure("balance > 250", FONT) + 1)
    assert [line.text for line in lines] == ["balance", "> 250 EUR"]
    lines = wrap("within 5 business days, warn", FONT, measure("within 5 business", FONT) + 1)
    assert [line.text for line in lines] == ["within", "5 business days,", "warn"]


def test_long_names_are_broken_at_their_joints() -> None:
    lines = wrap("suspension_notice_of_the_account", FONT, 150)
    assert [line.text for line in lines] == ["suspension_notice_of_", "the_account"]
