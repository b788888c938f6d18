"""States are told apart by word, mark and colour, and all can be read."""

import pytest

from dro_lang.interop.graphs.colors import DARK, LIGHT, Scheme
from dro_lang.interop.graphs.states import LOOKS, mixed, word
from dro_lang.kernel.states import StepStatus

READABLE = 4.5
"""WCAG 2.2, 1.4.3: text."""

VISIBLE = 3
"""WCAG 2.2, 1.4.11: lines that matter."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_state_has_a_look_and_no_two_share_one() -> None:
    assert set(LOOKS) == set(StepStatus)
    for part in (lambda look: look.mark, lambda look: look.glyph, lambda look: look.light, lambda look: look.dark):
        assert len({part(look) for look in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_their_ground(scheme: Scheme) -> None:
    colors = [look.light if scheme is LIGHT else look.dark for look in LOOKS.values()]
    assert all(contrast(scheme.badge_text, color) >= READABLE for color in colors)
    for color in (*colors, *scheme.kinds.values()):
        area = mixed(color, scheme.ground, scheme.tint)
        assert contrast(color, scheme.lane) >= VISIBLE
        assert contrast(scheme.text, area) >= READABLE
        assert contrast(scheme.muted, area) >= READABLE
    for text in (scheme.text, scheme.muted):
        assert min(contrast(text, scheme.ground), contrast(text, scheme.lane)) >= READABLE
    assert contrast(scheme.line, scheme.lane) >= VISIBLE


def test_words_are_spelled_as_dro_does() -> None:
    assert [word(state) for state in (StepStatus.IN_PROGRESS, StepStatus.FATALLY_FAILED)] == [
        "In Progress",
        "Fatally Failed",
    ]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#ffffff", "#ffffff") == 1
