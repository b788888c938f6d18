"""Usage types: those that are used together must be the same (E0401), and each plan needs its mapping (E0402)."""

from collections.abc import Iterator

from attrs import define, field, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.overview import Overview, PlanFacts
from dro_lang.source import Span
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    agreement = _Agreement(overview)
    for group in overview.all(ast.Group):
        if group.usage and (own := overview.find(group.usage, ast.UsageType)):
            agreement.compensations(group, _Usage(own, group.usage.span, f"group `{group.name.text}`"))
    for plan in overview.plans:
        if plan.usage and plan.usage_clause:
            agreement.plan(plan, _Usage(plan.usage, plan.usage_clause.usage.span, f"plan `{plan.plan.name.text}`"))
    yield from agreement.report
    for plan in overview.plans:
        yield from _mapping(overview, plan)


@frozen(eq=False)
class _Usage:
    """A usage type, and who says it where."""

    declaration: ast.UsageType
    span: Span
    owner: str

    @property
    def label(self) -> tuple[Span, str]:
        return self.span, f"{self.owner} has usage type `{self.declaration.name.text}`"


@define(eq=False)
class _Agreement:
    """Goes from plans to the groups that they run, and on to those that these insert; each place is judged once."""

    overview: Overview
    report: list[Diagnostic] = field(factory=list)
    visited: set[tuple[int, int]] = field(factory=set)
    refused: set[int] = field(factory=set)

    def plan(self, plan: PlanFacts, usage: _Usage) -> None:
        for scenario in plan.plan.scenarios:
            own = scenario.usage and self.overview.find(scenario.usage, ast.UsageType)
            if scenario.usage and own and own is not usage.declaration:
                self.report.append(
                    diagnose(
                        "E0401",
                        scenario.usage.span,
                        f"scenario `{scenario.name.text}` has usage type `{own.name.text}`, "
                        f"but its plan has `{usage.declaration.name.text}`",
                        usage.label,
                        help="leave it out: a scenario takes the usage type of its plan",
                    )
                )
        for run in plan.runs:
            self.call(run.call, run.group, usage)

    def call(self, call: ast.GroupCall, group: ast.Group, expected: _Usage) -> None:
        if self.agrees(call, group, expected):
            self.compensations(group, expected)

    def agrees(self, call: ast.GroupCall, group: ast.Group, expected: _Usage) -> bool:
        own = group.usage and self.overview.find(group.usage, ast.UsageType)
        if group.usage and own and own is not expected.declaration and id(call) not in self.refused:
            self.refused.add(id(call))
            self.report.append(_differs(call, group, own, expected))
        return group.usage is None or own is expected.declaration

    def compensations(self, group: ast.Group, expected: _Usage) -> None:
        todo = [group]
        while todo:
            inserts = todo.pop()
            key = (id(inserts), id(expected.declaration))
            if key not in self.visited:
                self.visited.add(key)
                todo += [
                    each.group
                    for each in self.overview.compensations(inserts)
                    if self.agrees(each.clause.call, each.group, expected)
                ]


def _differs(call: ast.GroupCall, group: ast.Group, own: ast.UsageType, expected: _Usage) -> Diagnostic:
    assert group.usage is not None
    return diagnose(
        "E0401",
        call.group.span,
        f"group `{group.name.text}` has usage type `{own.name.text}`, "
        f"but it runs here with `{expected.declaration.name.text}`",
        (group.usage.span, f"group `{group.name.text}` has usage type `{own.name.text}`"),
        expected.label,
        help="a plan and all that it runs need the same usage type; a group that names none takes that of the plan",
    )


def _mapping(overview: Overview, plan: PlanFacts) -> Iterator[Diagnostic]:
    usage, context = plan.usage, plan.context
    if usage is None or context is None or plan.usage_clause is None or plan.mappings:
        return
    candidates = list(overview.mappings(plan.module))
    if any(
        overview.find(each.usage, ast.UsageType) is None or overview.find(each.context, ast.Context) is None
        for each in candidates
    ) or any(module.broken or module.hides_names for module in overview.world.reachable(plan.module)):
        return
    name, usage_name = context.name.text, usage.name.text
    other = next((each for each in candidates if overview.find(each.context, ast.Context) is context), None)
    if other is not None:
        yield diagnose(
            "E0402",
            plan.usage_clause.usage.span,
            f"there is no mapping for `{name}` with usage type `{usage_name}`",
            (other.usage.span, f"mapping `{other.name.text}` is for usage type `{other.usage.text}`"),
            why="the plan runs with this usage type",
            help=f"write `usage {usage_name}` in the mapping, or add a mapping with it",
        )
    else:
        yield diagnose(
            "E0402",
            plan.plan.context.span,
            f"there is no mapping for `{name}` with usage type `{usage_name}`",
            why="the plan is for this context",
            notes=("a mapping says which object the records come from; a plan runs only with one",),
            help=f'write `mapping {name}s for {name} {{ usage {usage_name} object "..." }}`, or import the module '
            "that declares one",
        )
