"""How the states of steps look: a word, a mark and colours that have enough contrast (WCAG 2.2, 1.4.3 and 1.4.11)."""

from attrs import frozen

from dro_lang.kernel.states import StepStatus, spoken


@frozen
class Look:
    """`light` and `dark` are the colour on a light and on a dark ground; `mark` is a character, `glyph` the same as an
    SVG path in a square of 12 (drawn as lines). `faint`: nothing will come of the step, or nothing has."""

    mark: str
    glyph: str
    light: str
    dark: str
    faint: bool = False


_CIRCLE = "M6 1.5 a4.5 4.5 0 1 0 0.01 0 z"

LOOKS = {
    StepStatus.PENDING: Look("…", "M2 6 h.01 M6 6 h.01 M10 6 h.01", "#57606a", "#b1bac4"),
    StepStatus.SCHEDULED: Look("◷", f"{_CIRCLE} M6 3.5 V6 L8 7.5", "#4653b8", "#a9b4ff"),
    StepStatus.READY: Look("○", _CIRCLE, "#0b6b7d", "#6cd3e6"),
    StepStatus.IN_PROGRESS: Look("▶", "M3.5 2 L9.5 6 L3.5 10 z", "#1260b8", "#79b8ff"),
    StepStatus.ON_HOLD: Look("‖", "M4 2.5 V9.5 M8 2.5 V9.5", "#855300", "#f0b94d"),
    StepStatus.COMPLETED: Look("✓", "M2 6.5 L5 9.5 L10 2.5", "#1a7035", "#6fdd8b"),
    StepStatus.FAILED: Look("!", "M6 2 V7 M6 9.8 v.01", "#a84300", "#ffab70"),
    StepStatus.FATALLY_FAILED: Look("✕", "M2.5 2.5 L9.5 9.5 M9.5 2.5 L2.5 9.5", "#b8121b", "#ff8f8a"),
    StepStatus.SKIPPED: Look("»", "M2 2.5 L5.5 6 L2 9.5 M6.5 2.5 L10 6 L6.5 9.5", "#655c7a", "#c4b8de", faint=True),
    StepStatus.BYPASSED: Look(
        "↷", "M1.5 8 a4.5 4.5 0 0 1 9 0 M8 6.5 L10.5 8.5 L11.5 5.5", "#6d5c49", "#d6c0a4", faint=True
    ),
    StepStatus.EXPIRED: Look("⧗", "M2.5 1.5 H9.5 L2.5 10.5 H9.5 z", "#992a76", "#ff9fdc"),
    StepStatus.AMENDED: Look("~", "M1.5 7.5 C3.5 2.5 5 4.5 6 6 S8.5 9.5 10.5 4.5", "#6e37b0", "#cfa8ff"),
    StepStatus.CANCELED: Look("⊘", f"{_CIRCLE} M2.9 9.1 L9.1 2.9", "#8a3a3a", "#f0a8a8", faint=True),
    StepStatus.DISCARDED: Look("—", "M2 6 H10", "#474e57", "#9ea7b1", faint=True),
}


def word(state: StepStatus) -> str:
    """A state's name, in DRO's spelling: `In Progress`."""
    return spoken(state).title()


def mixed(color: str, ground: str, share: float) -> str:
    """A colour thinned with so much of the ground (both `#rrggbb`), for areas behind text."""
    pairs = [(int(color[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(own * (1 - share) + other * share):02x}" for own, other in pairs)
