"""The colours of a picture on a light and on a dark ground."""

from attrs import frozen

from dro_lang.program.model import StepKind


@frozen
class Scheme:
    ground: str
    lane: str
    border: str
    text: str
    muted: str
    line: str
    kinds: dict[StepKind, str]
    badge_text: str
    tint: float
    """How much of the ground is in the area of a step."""


LIGHT = Scheme(
    ground="#ffffff",
    lane="#f6f8fa",
    border="#d0d7de",
    text="#1f2328",
    muted="#57606a",
    line="#6e7781",
    kinds={
        StepKind.AUTO: "#2f62c9",
        StepKind.CALLOUT: "#7747c8",
        StepKind.MANUAL: "#9a5b00",
        StepKind.MILESTONE: "#1b7a41",
        StepKind.PAUSE: "#57606a",
    },
    badge_text="#ffffff",
    tint=0.93,
)
DARK = Scheme(
    ground="#0d1117",
    lane="#151b23",
    border="#343c46",
    text="#e6edf3",
    muted="#a3adb8",
    line="#8b949e",
    kinds={
        StepKind.AUTO: "#79a7ff",
        StepKind.CALLOUT: "#c39bff",
        StepKind.MANUAL: "#eab04d",
        StepKind.MILESTONE: "#5fd38a",
        StepKind.PAUSE: "#a3adb8",
    },
    badge_text="#0d1117",
    tint=0.86,
)
