"""The style sheet of a drawing: one set of colours for light grounds, one for dark ones."""

from collections.abc import Iterable

from dro_lang.interop.graphs.colors import DARK, LIGHT, Scheme
from dro_lang.interop.graphs.states import LOOKS, mixed
from dro_lang.kernel.states import StepStatus

FONTS = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


def style_sheet(root: str, fonts: Iterable[tuple[str, float, bool]], states: Iterable[StepStatus]) -> str:
    """The rules for what is below the element of class `root`; `fonts` are names, sizes and whether they are bold."""
    drawn = tuple(states)
    rules = [f"{{ font-family: {FONTS}; }}"]
    rules += [f".{name} {{ font-size: {size:g}px;{' font-weight: 600;' * bold} }}" for name, size, bold in fonts]
    rules += [
        ".doc, .fact-doc, .lane-doc { font-style: italic; }",
        ".shape { stroke-width: 1.5; }",
        ".edge { fill: none; stroke-width: 1.6; }",
        ".one-of-many { stroke-dasharray: 6 4; }",
        ".faint .shape { stroke-dasharray: 3 3; }",
        ".person { fill: none; stroke-width: 1.5; }",
        ".glyph { fill: none; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }",
    ]
    light = (*rules, *_colors(LIGHT, drawn, dark=False))
    dark = _colors(DARK, drawn, dark=True)
    scoped = [_scoped(rule, root) for rule in light]
    return "\n".join([*scoped, "@media (prefers-color-scheme: dark) {", *(_scoped(rule, root) for rule in dark), "}"])


def _scoped(rule: str, root: str) -> str:
    selectors, declarations = rule.split("{", 1)
    return f"{', '.join(f'.{root} {selector.strip()}'.strip() for selector in selectors.split(','))} {{{declarations}"


def _colors(scheme: Scheme, states: Iterable[StepStatus], dark: bool) -> list[str]:
    rules = [
        f".ground {{ fill: {scheme.ground}; }}",
        f".lane {{ fill: {scheme.lane}; stroke: {scheme.border}; }}",
        f"text {{ fill: {scheme.text}; }}",
        f".stacked .shape {{ fill: {scheme.ground}; stroke: {scheme.line}; }}",
        f".about, .doc, .fact, .fact-doc, .lane-about, .lane-doc, .legend {{ fill: {scheme.muted}; }}",
        f".edge {{ stroke: {scheme.line}; }}",
        f".arrow {{ fill: {scheme.line}; }}",
        f".tag {{ fill: {scheme.lane}; stroke: {scheme.border}; }}",
    ]
    for kind, color in scheme.kinds.items():
        rules.append(f".{kind} .shape {{ fill: {mixed(color, scheme.ground, scheme.tint)}; stroke: {color}; }}")
        rules.append(f".{kind} .person {{ stroke: {color}; }}")
    for state in states:
        look = LOOKS[state]
        color = look.dark if dark else look.light
        rules.append(f".{state} .shape {{ fill: {mixed(color, scheme.ground, scheme.tint)}; stroke: {color}; }}")
        rules.append(f".{state} .person {{ stroke: {color}; }}")
        rules.append(f".{state} .badge {{ fill: {color}; }}")
    if states:
        rules.append(f"text.state {{ fill: {scheme.badge_text}; }}")
        rules.append(f".glyph {{ stroke: {scheme.badge_text}; }}")
    return rules
