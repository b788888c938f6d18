"""How states and kinds look in pages: the words, marks and colours of the pictures, and those that these lack."""

from collections.abc import Mapping

from attrs import frozen
from fastapi import APIRouter
from starlette.responses import Response

from dro_lang.interop.gantt import styles as chart_styles
from dro_lang.interop.graphs import legend
from dro_lang.interop.graphs import styles as graph_styles
from dro_lang.interop.graphs.colors import DARK, LIGHT
from dro_lang.interop.graphs.states import LOOKS, word
from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import StepKind

router = APIRouter(include_in_schema=False)


@frozen
class Mark:
    """`glyph` is a path in a square of 12, drawn as lines; `light` and `dark` are the colour on either ground."""

    word: str
    glyph: str
    light: str
    dark: str
    faint: bool = False


def _of_step(state: StepStatus, text: str | None = None) -> Mark:
    look = LOOKS[state]
    return Mark(text or word(state), look.glyph, look.light, look.dark, look.faint)


_FLAKE = "M6 1 V11 M1.7 3.5 L10.3 8.5 M10.3 3.5 L1.7 8.5"

STEPS: Mapping[StepStatus, Mark] = {state: _of_step(state) for state in StepStatus}

PLANS: Mapping[PlanStatus, Mark] = {
    PlanStatus.NOT_STARTED: _of_step(StepStatus.PENDING, "Not Started"),
    PlanStatus.IN_PROGRESS: _of_step(StepStatus.IN_PROGRESS),
    PlanStatus.FREEZING: Mark("Freezing", "M6 1 V11 M1.7 3.5 L10.3 8.5", "#0b6b7d", "#6cd3e6", faint=True),
    PlanStatus.FROZEN: Mark("Frozen", _FLAKE, "#0b6b7d", "#6cd3e6"),
    PlanStatus.COMPLETED: _of_step(StepStatus.COMPLETED),
}

_CLOCK = LOOKS[StepStatus.SCHEDULED].glyph

JEOPARDIES: Mapping[Jeopardy, Mark] = {
    Jeopardy.ON_TIME: Mark("On Time", _CLOCK, "#1260b8", "#79b8ff"),
    Jeopardy.IN_JEOPARDY: Mark("In Jeopardy", _CLOCK, "#a84300", "#ffab70"),
    Jeopardy.LATE: Mark("Late", f"{_CLOCK} M10.5 1 V4 M10.5 6 v.01", "#b8121b", "#ff8f8a"),
}

_KIND_GLYPHS: Mapping[StepKind, str] = {
    StepKind.AUTO: "M7 1 L3 7 H6 L5 11 L9 5 H6 z",
    StepKind.CALLOUT: "M2 6 H10 M7 3 L10 6 L7 9",
    StepKind.MANUAL: "M6 1.5 a2 2 0 1 0 0.01 0 z M2 11 c0 -6 8 -6 8 0",
    StepKind.MILESTONE: "M6 1 L11 6 L6 11 L1 6 z",
    StepKind.PAUSE: "M4 2.5 V9.5 M8 2.5 V9.5",
}

KINDS: Mapping[StepKind, Mark] = {
    kind: Mark(legend.KINDS[kind], glyph, LIGHT.kinds[kind], DARK.kinds[kind]) for kind, glyph in _KIND_GLYPHS.items()
}


def style_sheet() -> str:
    """The colours of states, risks and kinds, and the styles of the pictures."""
    marks = {f"state-{key}": mark for key, mark in STEPS.items()}
    marks |= {f"state-{key}": mark for key, mark in PLANS.items()}
    marks |= {f"risk-{key}": mark for key, mark in JEOPARDIES.items()}
    marks |= {f"kind-{key}": mark for key, mark in KINDS.items()}
    rules = [f".{name} {{ --mark: light-dark({mark.light}, {mark.dark}); }}" for name, mark in marks.items()]
    return "\n".join([*rules, graph_styles(StepStatus), chart_styles()]) + "\n"


@router.get("/console/looks.css")
def looks() -> Response:
    return Response(style_sheet(), media_type="text/css", headers={"cache-control": "no-cache"})
