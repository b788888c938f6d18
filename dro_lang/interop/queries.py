"""The selection of a plan as a query for a warehouse, or what a dialect cannot say of it, at its place in the text."""

from collections.abc import Iterator

from dro_lang.conditions.sql.query import Refusal, query
from dro_lang.conditions.sql.tables import Target
from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.model import Plan, Program
from dro_lang.program.render import render
from dro_lang.semantics.modules import World
from dro_lang.source import Span
from dro_lang.syntax import ast
from dro_lang.syntax.walk import walk


def selection_query(world: World, program: Program, plan: Plan, target: Target) -> str | tuple[Diagnostic, ...]:
    """The text of the query, or a diagnostic for each expression that the dialect cannot say exactly."""
    found = query(program, plan, target)
    if isinstance(found, str):
        return found
    return tuple(_diagnostics(world, plan, found, target.dialect.title))


def _diagnostics(world: World, plan: Plan, refusals: tuple[Refusal, ...], title: str) -> Iterator[Diagnostic]:
    scenarios = {
        scenario.name.text: scenario
        for module in world.modules.values()
        for declaration in module.tree.declarations
        if isinstance(declaration, ast.Plan) and declaration.name.text == plan.name
        for scenario in declaration.scenarios
    }
    for refusal in refusals:
        what = render(refusal.problem.expression)
        yield diagnose(
            "Q0101",
            _place(scenarios[refusal.scenario], what),
            f"scenario `{refusal.scenario}`: {title} cannot say `{what}` exactly",
            why=refusal.problem.why,
            help="write the condition without it, or let `drolang select` decide",
        )


def _place(scenario: ast.Scenario, what: str) -> Span:
    """Where an expression stands in the condition of a scenario: the part that is written as the expression is, or
    else the whole condition."""
    assert scenario.when is not None
    parts = (node.span for node in walk(scenario.when))
    return next((span for span in parts if " ".join(span.text.split()) == what), scenario.when.span)
