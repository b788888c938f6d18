"""Scenarios: their names (E0101, E0102), and how `unless` and `otherwise` set them apart (E0706)."""

from collections.abc import Iterator, Mapping

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.graph import Edge, cycles
from dro_lang.semantics.rules.overview import Overview
from dro_lang.semantics.rules.texts import suggestion
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    for plan in overview.all(ast.Plan):
        by_name: dict[str, ast.Scenario] = {}
        for scenario in plan.scenarios:
            first = by_name.setdefault(scenario.name.text, scenario)
            if first is not scenario:
                yield diagnose(
                    "E0102",
                    scenario.name.span,
                    f"plan `{plan.name.text}` has two scenarios `{scenario.name.text}`",
                    (first.name.span, "first declared here"),
                    help="rename one of them",
                )
        yield from _otherwise(plan)
        for scenario in plan.scenarios:
            yield from _unless(overview, plan, scenario, by_name)
        yield from _cycles(by_name)


def _otherwise(plan: ast.Plan) -> Iterator[Diagnostic]:
    found = [scenario for scenario in plan.scenarios if scenario.otherwise]
    for scenario in found[1:]:
        first = found[0]
        yield diagnose(
            "E0706",
            scenario.name.span,
            f"plan `{plan.name.text}` has two `otherwise` scenarios",
            (first.name.span, f"`{first.name.text}` is `otherwise` too"),
            why="each would apply when no other does",
            help="keep one of them; say with `when` where the other applies",
        )


def _unless(
    overview: Overview, plan: ast.Plan, scenario: ast.Scenario, by_name: dict[str, ast.Scenario]
) -> Iterator[Diagnostic]:
    if scenario.otherwise and scenario.unless:
        yield diagnose(
            "E0706",
            scenario.unless[0].span,
            f"`{scenario.name.text}` is `otherwise`, so it cannot have `unless` too",
            why="it applies only when no other scenario does",
            help="leave out `unless`",
        )
        return
    seen: dict[str, ast.Name] = {}
    for name in scenario.unless:
        other = by_name.get(name.text)
        if name.text in seen:
            yield diagnose(
                "E0706",
                name.span,
                f"`unless` names `{name.text}` twice",
                (seen[name.text].span, "first named here"),
                help="leave out one of them",
            )
        elif other is None and overview.is_whole(plan):
            options = [each for each in by_name if each != scenario.name.text]
            yield diagnose(
                "E0101",
                name.span,
                f"plan `{plan.name.text}` has no scenario `{name.text}`",
                help=suggestion(name.text, options, "other scenarios"),
            )
        elif other is not None and other.otherwise:
            yield diagnose(
                "E0706",
                name.span,
                f"`unless` cannot name `{name.text}`, which is `otherwise`",
                (other.name.span, "applies only when no other scenario does"),
                help=f"leave it out: `{name.text}` and `{scenario.name.text}` never apply together",
            )
        seen.setdefault(name.text, name)


def excluded(by_name: Mapping[str, ast.Scenario]) -> list[Edge[str]]:
    """Scenarios of a plan, and those that their `unless` names."""
    return [
        Edge(scenario.name.text, name.text, name.span)
        for scenario in by_name.values()
        for name in scenario.unless
        if not scenario.otherwise and name.text in by_name
    ]


def _cycles(by_name: Mapping[str, ast.Scenario]) -> Iterator[Diagnostic]:
    for cycle in cycles(excluded(by_name)):
        first, *others = cycle
        way = " unless ".join(f"`{each}`" for each in (*(edge.source for edge in cycle), first.source))
        yield diagnose(
            "E0706",
            first.span,
            f"scenarios exclude each other: {way}" if others else f"scenario `{first.source}` is `unless` itself",
            *((edge.span, f"`{edge.source}` unless `{edge.target}`") for edge in others),
            why=f"`{first.source}` unless `{first.target}`" if others else "",
            help="leave out one of these `unless`: the other decides" if others else "leave out this name",
        )
