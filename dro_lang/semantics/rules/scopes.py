"""Scopes: which of them a usage type allows, and that steps and waits keep to those (E0501, E0502, W2003)."""

from collections.abc import Iterator, Sequence

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.semantics.rules.overview import Overview, clauses, is_per_item
from dro_lang.semantics.rules.references import target
from dro_lang.semantics.rules.texts import insertion, listed, suggestion
from dro_lang.source import Span
from dro_lang.syntax import ast

RUNNABLE = ("plan", "item")
"""The scopes that plans of this language can have."""

SALES = ("bundle", "line_item", "cross_plan", "custom")
"""The scopes of sales transactions."""


def check(overview: Overview) -> Iterator[Diagnostic]:
    for usage in overview.all(ast.UsageType):
        yield from _declared(usage)
    usages = _usages_of_groups(overview)
    for group in overview.all(ast.Group):
        for step in group.steps:
            allowed = _Allowed(usages.get(id(group), ()))
            if step.each is not None:
                yield from _each(step, step.each, allowed)
            elif "plan" not in allowed.scopes:
                yield diagnose(
                    "E0501",
                    step.name.span,
                    f"step `{step.name.text}` cannot be one per plan: {allowed.reason}",
                    help="write `for each item` behind its kind",
                )
            for after in clauses(step, ast.After):
                for dependency in after.dependencies:
                    yield from _wait(overview, group, step, dependency, allowed)


def _declared(usage: ast.UsageType) -> Iterator[Diagnostic]:
    seen: dict[str, ast.Name] = {}
    for scope in usage.scopes:
        if scope.text in seen:
            yield diagnose(
                "E0102",
                scope.span,
                f"scope `{scope.text}` is named twice",
                (seen[scope.text].span, "first named here"),
                help="leave out one of them",
            )
        elif scope.text not in RUNNABLE:
            known = scope.text in SALES
            yield diagnose(
                "E0501",
                scope.span,
                f"a plan cannot have the scope `{scope.text}`: its scopes are {listed(RUNNABLE)}"
                if known
                else f"there is no scope `{scope.text}`: the scopes of a plan are {listed(RUNNABLE)}",
                why="a scope of sales transactions" if known else "",
                help=None if known else suggestion(scope.text, RUNNABLE, "scopes"),
            )
        seen.setdefault(scope.text, scope)


class _Allowed:
    """The scopes that the usage types allow under which a group runs; both where it runs under none."""

    def __init__(self, usages: Sequence[ast.UsageType]) -> None:
        self.limiting = next((usage for usage in usages if _scopes(usage) != list(RUNNABLE)), None)
        usage = self.limiting or (usages[0] if usages else None)
        self.scopes = list(RUNNABLE) if usage is None else _scopes(usage)
        names = listed(self.scopes) if self.scopes else "no scopes"
        self.reason = f"a plan has the scopes {names}"
        if usage is not None:
            self.reason = f"usage type `{usage.name.text}` allows {names}"


def _scopes(usage: ast.UsageType) -> list[str]:
    declared = {scope.text for scope in usage.scopes}
    return [scope for scope in RUNNABLE if scope in declared]


def _usages_of_groups(overview: Overview) -> dict[int, list[ast.UsageType]]:
    """For each group that says or takes a usage type, those under which it runs."""
    usages: dict[int, list[ast.UsageType]] = {}
    for group in overview.all(ast.Group):
        own = group.usage and overview.find(group.usage, ast.UsageType)
        if own:
            usages[id(group)] = [own]
    for plan in overview.plans:
        for group in overview.involved(plan):
            if plan.usage and group.usage is None:
                usages.setdefault(id(group), []).append(plan.usage)
    return usages


def _each(step: ast.Step, each: ast.Name, allowed: _Allowed) -> Iterator[Diagnostic]:
    words = Span(each.span.source, step.kind.span.end, each.span.end)
    if each.text == "plan":
        yield diagnose(
            "E0501",
            each.span,
            "`for each plan` says nothing",
            why="without scope words a step has one instance per plan",
            help="leave it out",
            fixes=(Fix("leave out `for each plan`", (Edit(words, ""),)),),
        )
    elif each.text not in allowed.scopes:
        other = "write `for each item` for one instance per item, or leave it out for one per plan"
        only = "leave it out: the step then has one instance per plan"
        leave_out = Fix("leave out the scope", (Edit(words, ""),), Safety.UNSAFE)
        per_item = Fix("write `for each item`", (Edit(each.span, "item"),), Safety.UNSAFE)
        yield diagnose(
            "E0501",
            each.span,
            f"a step cannot be `for each {each.text}`: {allowed.reason}",
            help=other if "item" in allowed.scopes else only,
            fixes=(per_item, leave_out) if "item" in allowed.scopes else (leave_out,),
        )


def _wait(
    overview: Overview, group: ast.Group, step: ast.Step, dependency: ast.Dependency, allowed: _Allowed
) -> Iterator[Diagnostic]:
    scope = dependency.scope
    end = dependency.outcomes[-1].span if dependency.outcomes else dependency.step.span
    if isinstance(scope, ast.AcrossPlans):
        words = Span(scope.span.source, end.end, scope.span.end)
        yield diagnose(
            "E0501",
            scope.span,
            f"a wait cannot reach across plans: {allowed.reason}",
            help="leave it out: a step waits for steps of its own plan",
            fixes=(Fix("leave out `across plans`", (Edit(words, ""),), Safety.UNSAFE),),
        )
        return
    if scope is not None and (scope.scope.text != "item" or "item" not in allowed.scopes):
        word = "the same" if isinstance(scope, ast.SameScope) else "every"
        yield diagnose(
            "E0501",
            scope.span,
            f"a wait cannot be `for {word} {scope.scope.text}`: {allowed.reason}",
            help=f"write `for {word} item`, or leave it out to wait for every instance of the step"
            if "item" in allowed.scopes
            else "leave it out: the wait is then for every instance of the step",
            fixes=(Fix("write `item`", (Edit(scope.scope.span, "item"),), Safety.UNSAFE),)
            if "item" in allowed.scopes
            else (),
        )
        return
    awaited = target(overview, group, dependency)
    if awaited is None or awaited is step or any(s.each and not is_per_item(s) for s in (step, awaited)):
        return
    if isinstance(scope, ast.SameScope):
        yield from _same_item(step, awaited, scope)
    elif "plan" not in allowed.scopes and is_per_item(step) and is_per_item(awaited):
        yield diagnose(
            "E0501",
            dependency.span,
            f"a wait cannot be for every item: {allowed.reason}",
            help="write `for the same item`",
        )
    elif scope is None and is_per_item(step) and is_per_item(awaited):
        yield _unsaid(step, awaited, dependency, end)


def _same_item(step: ast.Step, awaited: ast.Step, scope: ast.SameScope) -> Iterator[Diagnostic]:
    once = [each for each in (step, awaited) if not is_per_item(each)]
    if once:
        names = listed((each.name.text for each in once), "and")
        yield diagnose(
            "E0502",
            scope.span,
            f"{names} {'is' if len(once) == 1 else 'are'} not `for each item`",
            *((each.name.span, f"`{each.name.text}` has one instance per plan") for each in once),
            why="both steps need one instance per item",
            help=f"make {names} `for each item`, or leave out `for the same item`",
        )


def _unsaid(step: ast.Step, awaited: ast.Step, dependency: ast.Dependency, end: Span) -> Diagnostic:
    return diagnose(
        "W2003",
        dependency.span,
        f"does `{step.name.text}` wait for every item of `{awaited.name.text}`, or for the same one?",
        (awaited.name.span, "one instance per item"),
        (step.name.span, "one instance per item"),
        why="without scope words: for every item",
        help="write `for the same item` or `for every item`",
        fixes=tuple(
            Fix(f"write `{words}`", (insertion(end, f" {words}"),), Safety.UNSAFE)
            for words in ("for the same item", "for every item")
        ),
    )
