"""The colours of a Gantt chart that a picture of a plan does not have: its grid, and what is at risk."""

from dro_lang.interop.graphs.colors import DARK, LIGHT, Scheme
from dro_lang.program.model import StepKind

_RISKS = {"in_jeopardy": ("#a84300", "#ffab70"), "late": ("#b8121b", "#ff8f8a")}
"""On a light and on a dark ground: orange and red, as DRO's jeopardy clock."""


def style_of(root: str) -> str:
    """The rules for what is below the element of class `root`."""
    shared = [
        ".grid { stroke-width: 1; }",
        ".row { stroke-width: 1; stroke-dasharray: 1 3; }",
        ".until { stroke-width: 1.5; stroke-dasharray: 4 4; }",
        ".risk { fill: none; stroke-width: 4; }",
        ".in_jeopardy.risk { stroke-dasharray: 5 3; }",
        ".mark { stroke: none; }",
        ".planned { fill: none; stroke-width: 1.5; }",
        ".now { fill: none; stroke-width: 1.5; }",
    ]
    light = [*shared, *_colors(LIGHT, dark=False)]
    rules = [f".{root} {rule}" for rule in light]
    night = [f".{root} {rule}" for rule in _colors(DARK, dark=True)]
    return "\n".join([*rules, "@media (prefers-color-scheme: dark) {", *night, "}"])


def _colors(scheme: Scheme, dark: bool) -> list[str]:
    rules = [
        f".grid {{ stroke: {scheme.border}; }}",
        f".row {{ stroke: {scheme.border}; }}",
        f".until {{ stroke: {scheme.line}; fill: none; }}",
        f".planned {{ stroke: {scheme.muted}; }}",
        f".now {{ stroke: {scheme.kinds[StepKind.AUTO]}; }}",
        f".ready .shape {{ fill: {scheme.ground}; }}",
        f".tick, .note {{ fill: {scheme.muted}; }}",
    ]
    rules += [f".{name}.risk {{ stroke: {colors[dark]}; }}" for name, colors in _RISKS.items()]
    rules += [f"text.{name} {{ fill: {colors[dark]}; }}" for name, colors in _RISKS.items()]
    return rules
