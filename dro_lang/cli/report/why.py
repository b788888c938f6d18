"""Why a record got its scenarios and its steps their states: conditions with the values that decided them."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.cli.report.alike import Alike, alike, numbered, together
from dro_lang.cli.report.cells import FAINT, LOOKS, PLAN_STATES, STRONG, Painter, Style, label, told
from dro_lang.cli.report.results import Result
from dro_lang.conditions.selection import Verdict
from dro_lang.conditions.trace import Trace, lines
from dro_lang.diagnostics.render.columns import harmless, in_one_line
from dro_lang.kernel.states import InstanceId
from dro_lang.program.clauses import starting
from dro_lang.program.model import Group, GroupCall, Plan, Program, Scenario
from dro_lang.program.render import render
from dro_lang.runtime.run import StepCheck

_MATCHES: Style = {"fg": "green", "bold": True}


def explained(plan: Plan, result: Result, painter: Painter) -> Iterator[str]:
    """The conditions that decided about one record; nothing for one that was rejected before any was looked at."""
    if result.verdicts:
        yield ""
        yield painter.styled(f"why {_record(result)} gets these scenarios (choose {plan.policy})", STRONG)
    for verdict, scenario in zip(result.verdicts, plan.scenarios, strict=False):
        yield ""
        yield _verdict(verdict, result, painter)
        yield from reasons(scenario, verdict, result.traces)
    if result.checks:
        yield ""
        yield painter.styled(f"why the steps of {_record(result)} run or wait", STRONG)
    for some in together(result.checks, lambda check: (_of_any_item(check.step), _form(check))):
        check = some[0]
        yield ""
        yield f"  {label(numbered([each.step for each in some]))} {painter.styled(_clause(some), FAINT)}"
        yield from condition_lines(check.trace)


def story(program: Program, plan: Plan, result: Result, painter: Painter) -> Iterator[str]:
    """All there is to tell about one record: its scenarios, then each step with its state, and why; with the
    documentation of what decided."""
    got = " + ".join(result.scenarios) or f"no plan ({result.error_code})"
    state = f"  {PLAN_STATES[result.plan_state]}" if result.plan_state else ""
    name = f"  {in_one_line(result.name)}" if result.name else ""
    yield painter.styled(f"{_record(result)}{name}: {got}", STRONG) + painter.styled(state, FAINT)
    if result.reason:
        yield from _indented(f"{result.error_code}: {result.reason}", painter, 2)
    yield ""
    yield f"plan {plan.name} (choose {plan.policy})"
    yield from _documentation(plan.doc, painter, 2)
    for verdict, scenario in zip(result.verdicts, plan.scenarios, strict=False):
        yield ""
        yield _verdict(verdict, result, painter)
        yield from _documentation(scenario.doc, painter, 4)
        yield from reasons(scenario, verdict, result.traces)
    checks: dict[InstanceId, list[StepCheck]] = {}
    for check in result.checks:
        checks.setdefault(check.step, []).append(check)
    calls = calls_of(plan, result.scenarios)
    told_of: set[str] = set()
    for each in alike(result.steps, lambda step: tuple(map(_form, checks.get(step.id, ())))):
        step = each.first
        call = calls[step.group]
        group = program.groups[call.group]
        if step.group not in told_of:
            told_of.add(step.group)
            yield ""
            yield f"group {step.group}"
            yield from _documentation(group.doc, painter, 2)
        yield ""
        of_each = [checks.get(one.id, []) for one in each.steps]
        yield from _step(each, group, call, list(zip(*of_each, strict=True)), painter)


def calls_of(plan: Plan, scenarios: Iterable[str]) -> dict[str, GroupCall]:
    """What these scenarios run, by the names of the group instances."""
    chosen = set(scenarios)
    return {call.instance: call for each in plan.scenarios if each.name in chosen for call in each.runs}


def _step(
    each: Alike, group: Group, call: GroupCall, checks: Sequence[Sequence[StepCheck]], painter: Painter
) -> Iterator[str]:
    """A step, or many that stand alike: for each of its conditions, what it was for all of them."""
    step = each.first
    definition = group.step(step.step)
    assert definition is not None  # a plan that was just composed has the steps of its groups
    look = LOOKS[step.state]
    parts = [painter.styled(look.name, look.style), each.when]
    yield f"  {label(each.id)}  {'  '.join(part for part in parts if part)}"
    yield from _documentation(definition.doc, painter, 4)
    if reason := each.said(told):
        yield from _indented(reason, painter, 4)
    if definition.starts is not None:
        arguments = arguments_of(call, group)
        yield from _indented(
            f"starts {starting(definition.starts, lambda part: render(substitute(part, arguments)))}", painter, 4
        )
    for some in checks:
        yield painter.styled(f"    {_clause(some)}", FAINT)
        yield from (f"  {line}" for line in condition_lines(some[0].trace))


def _form(check: StepCheck) -> Hashable:
    """A condition of a step as it was decided: all but the values."""
    return check.clause, _verdicts(check.trace)


def _verdicts(traced: Trace) -> Hashable:
    return traced.text, traced.holds, tuple(map(_verdicts, traced.parts))


def _of_any_item(step: InstanceId) -> InstanceId:
    return step if step.item is None else step._replace(item="")


def _clause(some: Sequence[StepCheck]) -> str:
    """The clause; of many items whose values differ, with the one whose values are shown."""
    first = some[0]
    if all(check.trace == first.trace for check in some):
        return first.clause
    return f'{first.clause}, as for item "{harmless(first.step.item or "")}"'


def _record(result: Result) -> str:
    return in_one_line(result.record_id or "")


def _verdict(verdict: Verdict, result: Result, painter: Painter) -> str:
    ends = "matches" if verdict.matches else "does not match"
    if verdict.matches and result.scenarios and verdict.scenario not in result.scenarios:
        ends = f"matches, but {result.scenarios[0]} comes first"
    return f"  {painter.styled(f'{verdict.scenario} {ends}', _MATCHES if verdict.matches else FAINT)}"


def _documentation(text: str, painter: Painter, indent: int) -> Iterator[str]:
    for line in text.splitlines():
        yield from _indented(f"/// {line}", painter, indent)


def _indented(text: str, painter: Painter, indent: int) -> Iterator[str]:
    yield from (painter.styled(" " * indent + line, FAINT) for line in painter.wrapped(harmless(text), indent))


def condition_lines(traced: Trace) -> Iterator[str]:
    """A condition with its verdicts and values."""
    yield from (f"    {harmless(line)}" for line in lines(traced))


def reasons(scenario: Scenario, verdict: Verdict, traces: Mapping[str, Trace]) -> Iterator[str]:
    """Why a scenario matches or not: its condition with values, and what is not in that."""
    traced = traces.get(verdict.scenario)
    if traced is not None:
        yield from condition_lines(traced)
    if scenario.otherwise:
        yield f"    {_word(verdict.holds)}  no other scenario matches"
    elif scenario.when is None:
        yield f"    {_word(True)}  without a condition"
    for other in scenario.unless:
        blocks = other == verdict.blocked_by
        yield f"    {_word(not blocks)}  unless {other}" + (", which matches" if blocks else "")


def _word(holds: bool) -> str:
    return "true " if holds else "false"
