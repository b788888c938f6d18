"""Conditions of a module that decide nothing, or of which a part does not (W2004)."""

from collections.abc import Iterator

from attrs import frozen

from dro_lang.analysis.redundancy import Finding, Path, Verdict, examine_condition
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Prover
from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.conditions.normal import Normal, complement, normalize
from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.expressions import And, Constant, Expression, Or
from dro_lang.program.model import GroupCall, Plan, Program
from dro_lang.semantics.modules import World
from dro_lang.syntax import ast

_MEANT = "the types and bounds of the attributes leave nothing else"


@frozen
class _Words:
    """What it comes to where a condition always holds, and where it never does; None where that is told elsewhere."""

    always: str
    never: str | None


_WHEN = _Words("leave out `when`: the scenario matches every record", None)


def idle_conditions(world: World, program: Program) -> Iterator[Diagnostic]:
    """Every condition of the entry module that types and bounds decide, and every part that changes nothing."""
    plans = {plan.context: plan for plan in program.plans.values()}
    for declaration in world.entry.tree.declarations:
        match declaration:
            case ast.Plan():
                yield from _of_plan(program, program.plans[declaration.name.text], declaration)
            case ast.Group():
                yield from _of_group(program, declaration)
            case ast.Routing() if declaration.context.text in plans:
                yield from _of_routing(program, plans[declaration.context.text], declaration)


def _of_plan(program: Program, plan: Plan, tree: ast.Plan) -> Iterator[Diagnostic]:
    records = Records(program, plan)
    for scenario, node in zip(plan.scenarios, tree.scenarios, strict=True):
        if scenario.when is not None and node.when is not None:
            yield from _report(node.when, scenario.when, examine_condition(scenario.when, records), _WHEN)


def _of_routing(program: Program, plan: Plan, tree: ast.Routing) -> Iterator[Diagnostic]:
    """The conditions of a routing, each where those before it do not hold: they are looked at in one moment."""
    records = Records(program, plan)
    before: list[Normal] = []
    for route, node in zip(program.routings[tree.name.text].routes, tree.routes, strict=True):
        holds = normalize(route.when)
        formulas = (holds, *before)
        prover = Prover.of(formulas, records)
        if before and not prover.never(holds) and prover.never(*formulas):
            yield diagnose(
                "W2004",
                node.when.span,
                "no record comes to this: those before it take every one for which it holds",
                help="move it up, or remove it",
            )
        else:
            words = _Words("write this one as `otherwise`", "remove it: nothing is handed over this way")
            yield from _report(node.when, route.when, examine_condition(route.when, records), words)
        before.append(complement(holds))


def _of_group(program: Program, tree: ast.Group) -> Iterator[Diagnostic]:
    """The conditions of steps, as all plans of the module use them: what is said of one holds in each of its uses."""
    uses = [
        (plan, call)
        for plan in program.plans.values()
        for scenario in plan.scenarios
        for call in scenario.runs
        if call.group == tree.name.text
    ]
    group = program.groups[tree.name.text]
    for step, node in zip(group.steps, tree.steps, strict=True):
        for clause in node.clauses:
            if isinstance(clause, ast.OnlyIf) and step.only_if is not None:
                words = _Words(
                    "leave it out", f"remove `{step.name}`, which is always skipped, or change the condition"
                )
                yield from _in_all(program, uses, clause.condition, step.only_if, words)
            elif isinstance(clause, ast.Until) and step.until is not None:
                never = (
                    None if step.expires is None else f"`{step.name}` always waits until it expires: say when it ends"
                )
                words = _Words(f"remove `{step.name}`, which never waits, or change the condition", never)
                yield from _in_all(program, uses, clause.condition, step.until, words)


def _in_all(
    program: Program, uses: list[tuple[Plan, GroupCall]], node: ast.Expression, condition: Expression, words: _Words
) -> Iterator[Diagnostic]:
    common: dict[Finding, None] | None = None
    for bound, plan in {_bound(program, call, condition): plan for plan, call in uses}.items():
        found = dict.fromkeys(examine_condition(bound, Records(program, plan)))
        common = found if common is None else {each: None for each in common if each in found}
    yield from _report(node, condition, tuple(common or ()), words)


def _bound(program: Program, call: GroupCall, condition: Expression) -> Expression:
    """A condition with the constants that a call hands over. What it makes of the record is left open: a parameter
    keeps it, while the record may change."""
    arguments = arguments_of(call, program.groups[call.group])
    return substitute(condition, {name: value for name, value in arguments.items() if isinstance(value, Constant)})


def _report(
    node: ast.Expression, condition: Expression, findings: tuple[Finding, ...], words: _Words
) -> Iterator[Diagnostic]:
    for finding in sorted(findings, key=lambda each: each.path):
        place = _at(node, condition, finding.path)
        if place is None:
            continue
        text = place.span.text
        match finding:
            case Finding((), Verdict.ALWAYS):
                yield diagnose("W2004", place.span, "this is always true", why=_MEANT, help=words.always)
            case Finding((), Verdict.NEVER):
                if words.never is not None:
                    yield diagnose("W2004", place.span, "this is always false", why=_MEANT, help=words.never)
            case Finding(_, Verdict.ALWAYS | Verdict.NEVER):
                outcome = "true" if finding.verdict is Verdict.ALWAYS else "false"
                yield diagnose("W2004", place.span, f"`{text}` is always {outcome}", why=_MEANT, help="leave it out")
            case Finding(_, Verdict.IMPLIED):
                message = f"`{text}` changes nothing: it holds wherever the rest of this `and` does"
                yield diagnose("W2004", place.span, message, help="leave it out, or change it")
            case _:
                message = f"`{text}` changes nothing: the rest of this `or` holds wherever it does"
                yield diagnose("W2004", place.span, message, help="leave it out, or change it")


def _at(node: ast.Expression, condition: Expression, path: Path) -> ast.Expression | None:
    """The part of the text at a path; None where the text is put together otherwise than what it means."""
    while isinstance(node, ast.Parenthesized):
        node = node.inner
    if not path:
        return node
    match node, condition:
        case (ast.And(operands=parts), And(operands)) | (ast.Or(operands=parts), Or(operands)) if len(parts) == len(
            operands
        ):
            return _at(parts[path[0]], operands[path[0]], path[1:])
    return None
