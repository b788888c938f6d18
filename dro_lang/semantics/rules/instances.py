"""Instances of groups: what a plan comes to hold under each name (E0705, E0102).

Two calls can meet in one record's plan where one scenario runs both or, under `choose every matching scenario`, where
two scenarios run them that do not exclude each other.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Safety, diagnose
from dro_lang.program.expressions import Expression
from dro_lang.semantics.rules.exclusion import exclude_each_other
from dro_lang.semantics.rules.overview import Overview, PlanFacts, Run
from dro_lang.semantics.rules.texts import insertion
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    for plan in overview.plans:
        for runs in _by_name(plan):
            told: set[int] = set()
            handed_over = {id(run): overview.arguments(run.call, run.group) for run in runs} if len(runs) > 1 else {}
            for first, second in combinations(runs, 2):
                if id(second) in told:
                    continue
                problem = _clash(overview, plan.plan, first, second, handed_over)
                if problem is not None:
                    told.add(id(second))
                    yield problem


def _by_name(plan: PlanFacts) -> Iterable[list[Run]]:
    """The runs of a plan that have one name, apart for each scenario where no two scenarios run together."""
    every = any(
        isinstance(clause, ast.ChooseClause) and clause.policy == "every matching" for clause in plan.plan.clauses
    )
    named: dict[tuple[str, int], list[Run]] = {}
    for run in plan.runs:
        named.setdefault((run.instance, 0 if every else id(run.scenario)), []).append(run)
    return named.values()


def _clash(
    overview: Overview, plan: ast.Plan, first: Run, second: Run, handed_over: Mapping[int, Mapping[str, Expression]]
) -> Diagnostic | None:
    ours, theirs = handed_over[id(first)], handed_over[id(second)]
    if any(len(each) < len(run.group.parameters) for each, run in ((ours, first), (theirs, second))):
        return None
    same = first.group is second.group and ours == theirs
    apart = first.scenario is not second.scenario
    # Told apart last: whether two scenarios can meet takes longer to see than whether they run the same.
    if apart and (same or exclude_each_other(overview, plan, first.scenario, second.scenario)):
        return None
    name = second.instance
    place = second.call.alias.span if second.call.alias else second.call.span
    if first.group is not second.group:
        return diagnose(
            "E0102",
            place,
            f"two groups run as `{name}`",
            (first.call.alias.span if first.call.alias else first.call.span, f"`{first.group.name.text}` runs as it"),
            help="give one of them another name",
        )
    if same:
        return diagnose(
            "E0102",
            second.call.span,
            f"scenario `{second.scenario.name.text}` runs `{name}` twice",
            (first.call.span, "first run here"),
            help="leave out one of them, or give one a name of its own with `as`",
        )
    return diagnose(
        "E0705",
        second.call.span,
        f"`{name}` can run twice in one plan, with different arguments",
        (first.call.span, f"scenario `{first.scenario.name.text}` runs it with others"),
        why="waits for its steps could mean either",
        help=f"give one of them a name of its own: `{second.call.span.text} as second`"
        if second.call.alias is None
        else "give one of them another name",
        fixes=(Fix("name it `second`", (insertion(second.call.span, " as second"),), Safety.UNSAFE),)
        if second.call.alias is None
        else (),
    )
