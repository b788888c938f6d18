"""Well-typed random programs, for every test that needs more of them than a person writes."""

from hypothesis import strategies as st

from tests.programs import scripts
from tests.programs.plans import plan
from tests.programs.sources import Sources, names_in
from tests.programs.steps import groups
from tests.programs.vocabulary import Declaration, vocabulary
from tests.programs.words import often, one, rarely

MODULES = ("shop.words", "shop.parts", "shop.main")


@st.composite
def programs(draw: st.DrawFn, proofs_hold: bool = True, finite: bool = False, several_modules: bool = True) -> Sources:
    """A program that checks without an error.

    With `proofs_hold` its scenarios are proved to be right; without, findings of E07 are possible, and nothing else.
    `finite`: its plan is for a context whose attributes have few values each and no lists, and conditions use neither
    the clock nor what else has many values.
    """
    words = vocabulary(draw, finite)
    shapes, declared = groups(draw, words)
    declarations = [*words.declarations, *declared]
    plan_shape, plan_text = plan(draw, words, shapes, proofs_hold)
    declarations.append(plan_text)
    if not finite:
        tests = [scripts.test(draw, words, plan_shape, n) for n in range(draw(st.integers(0, 2)))]
        tests += [scripts.property_(draw, words, plan_shape)] if rarely(draw) else []
        declarations += [Declaration("", text, frozenset({plan_shape.name})) for text in tests]
    count = draw(st.integers(1, 3)) if several_modules else 1
    return _divided(draw, declarations, count)


def _divided(draw: st.DrawFn, declarations: list[Declaration], count: int) -> Sources:
    """The declarations in their order, divided among modules of which each imports what it names of earlier ones."""
    cuts = sorted(draw(st.integers(0, len(declarations) - 1)) for _ in range(count - 1))
    places = dict(zip((0, *cuts), MODULES[-count:], strict=True)) if count > 1 else {0: MODULES[-1]}
    home = {"Generic": "std.generic"}
    parts: dict[str, list[Declaration]] = {module: [] for module in MODULES[-count:]}
    module = MODULES[-count]
    for position, declaration in enumerate(declarations):
        module = places.get(position, module)
        parts[module].append(declaration)
        home[declaration.name] = module
    return Sources({module: _module(draw, module, parts[module], home) for module in parts})


def _module(draw: st.DrawFn, module: str, declarations: list[Declaration], home: dict[str, str]) -> str:
    wanted: dict[str, list[str]] = {}
    named = frozenset[str]().union(*(names_in(each.text) | each.needs for each in declarations))
    for name in sorted(named):
        if home.get(name, module) != module:
            wanted.setdefault(home[name], []).append(name)
    imports = ""
    for path, names in wanted.items():
        listed = f" {{ {', '.join(names)}{one(draw, ('', ','))} }}" if often(draw) else ""
        imports += f"import {path}{listed}\n"
    comment = one(draw, ("", "// what this is\n"))
    header = f"language 1.0\n{comment}module {module}\n"
    gap = one(draw, ("\n", "", "\n\n"))
    return header + imports + gap + gap.join(f"{each.text}\n" for each in declarations)
