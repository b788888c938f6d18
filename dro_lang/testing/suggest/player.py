"""Playing a record through: everybody does what is asked of them, but for what the play says."""

from collections.abc import Iterator
from datetime import datetime, time

from attrs import define, field

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.substitution import substitute
from dro_lang.conditions.normal import normalize
from dro_lang.conditions.time import in_zone
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.rules import retry_of
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepState, StepStatus
from dro_lang.program.expressions import Constant, Expression, ItemAttribute, Result, Today, walk
from dro_lang.program.model import Step, StepKind
from dro_lang.program.tests import (
    AdvanceTo,
    Answer,
    ChangeLine,
    Complete,
    ExpectRejected,
    ExpectScenarios,
    Fail,
    Freeze,
    Given,
    InstanceName,
    SetData,
    TestLine,
    TodayLine,
    Unfreeze,
)
from dro_lang.program.values import Row
from dro_lang.records.validate import row_to_data
from dro_lang.runtime.outside.willing import generated
from dro_lang.testing.script import Script
from dro_lang.testing.suggest.demands import Site
from dro_lang.testing.suggest.examples import example
from dro_lang.testing.suggest.plays import Play
from dro_lang.testing.watch import Watch

_LINES = 60
"""How many lines a play has at most,"""

_WAITING = 400
"""and how often time passes: a pause that looks at the day is looked at every midnight."""


@define
class Player:
    """Plays one play. `lines` are those that were carried out so far, `plan` is what they led to (None: no plan), and
    `watch` saw it all."""

    kernel: Kernel
    play: Play
    watch: Watch = field(factory=Watch)
    lines: list[TestLine] = field(factory=list)
    plan: PlanState | None = None
    _set: set[Site] = field(factory=set)
    _changed: bool = False

    def run(self) -> Iterator[None]:
        """Carry the play out, stage by stage, up to its end. The same play gives the same lines."""
        script = Script(self.kernel, self.watch)
        blueprint = self._blueprint
        record = row_to_data(self.play.row, blueprint.context.attributes, blueprint.program)
        self._carry_out(script, TodayLine(self.play.today, line=0))
        self._carry_out(script, Given(record, line=0))
        script.submit()
        for line in self._opening(script):
            self._carry_out(script, line)
        if script.simulation is None:
            yield
            return
        self.plan = script.simulation.plan
        yield
        waited = 0
        while len(self.lines) < _LINES + waited and waited < _WAITING:
            next_line = self._next(self.plan)
            if next_line is None or not self._carry_out(script, next_line):
                return
            waited += isinstance(next_line, AdvanceTo)
            self.plan = script.simulation.plan
            yield

    def _carry_out(self, script: Script, line: TestLine) -> bool:
        """Carry out a line and keep it, unless it is refused."""
        done = script.do(line) is None
        if done:
            self.lines.append(line)
        return done

    # ---- the beginning

    def _opening(self, script: Script) -> Iterator[TestLine]:
        """What becomes of the record, and the failures that are to come."""
        selection = script.selection
        assert selection is not None  # the record of a play fits
        if selection.matched or not any(verdict.matches for verdict in selection.verdicts):
            yield ExpectScenarios(selection.matched, line=0)
        if script.simulation is None:
            yield from (ExpectRejected(problem.code, line=0) for problem in script.problems)
            return
        for instance, step in self._to_fail(selection.matched):
            retry = retry_of(self._blueprint, step, None)
            for _ in range(1 + (0 if retry is None else retry.retries)):
                yield Fail(InstanceName(instance, step.name), line=0)

    def _to_fail(self, scenarios: tuple[str, ...]) -> Iterator[tuple[str, Step]]:
        """The steps that fail whenever they are tried, each with the name of its group in the plan."""
        blueprint = self.kernel.blueprint
        for scenario in blueprint.plan.scenarios:
            for call in scenario.runs if scenario.name in scenarios else ():
                for step in blueprint.group(call.group).steps:
                    if (call.group, step.name) in self.play.fails and not _answers_later(blueprint, step):
                        yield call.instance, step

    # ---- what comes next

    def _next(self, plan: PlanState) -> TestLine | None:
        """The next line: a change, what is to be done now, or time."""
        line = self._change(plan)
        if line is not None:
            return line
        for state in plan.steps:
            line = self._serve(plan, state)
            if line is not None:
                return line
        return None if plan.timer is None else AdvanceTo(in_zone(plan.timer, self._blueprint.zone), line=0)

    @property
    def _blueprint(self) -> Blueprint:
        return self.kernel.blueprint

    def _change(self, plan: PlanState) -> TestLine | None:
        """Freeze the plan for the change that the play asks for, carry it out, and let the plan go on."""
        if self.play.change is None:
            return None
        wanted = self.play.change
        done = [s.id for s in plan.steps if s.status is StepStatus.COMPLETED and _site(plan, s.id) == wanted.site]
        if plan.status is PlanStatus.FROZEN:
            if self._changed or not done:
                return Unfreeze(line=0)
            self._changed = True
            return ChangeLine(wanted.change, done[0].item if wanted.of_item else None, line=0)
        return Freeze(line=0) if done and plan.status is PlanStatus.IN_PROGRESS and not self._changed else None

    def _serve(self, plan: PlanState, state: StepState) -> TestLine | None:
        """What somebody does about a step now."""
        site = _site(plan, state.id)
        step = self._blueprint.step(*site)
        name = InstanceName(state.id.group, state.id.step, state.id.item)
        if state.status is StepStatus.READY and step.kind is StepKind.MANUAL and site not in self.play.neglect:
            return Complete(name, self._results(site, step), line=0)
        if state.status is not StepStatus.IN_PROGRESS:
            return None
        if step.kind is StepKind.CALLOUT and site in self.play.neglect:
            return None
        if step.kind is StepKind.CALLOUT and site in self.play.fails:
            return Fail(name, line=0)
        if step.kind is StepKind.CALLOUT:
            return Answer(name, self._results(site, step), line=0)
        return self._end_pause(plan, state, site, step) if step.until is not None and site not in self._set else None

    def _results(self, site: Site, step: Step) -> Row:
        row = {
            **generated(self._blueprint.gives(step), self._blueprint, self._midnight()),
            **self.play.results.get(site, {}),
        }
        return {name: value for name, value in row.items() if value is not None}

    def _midnight(self) -> datetime:
        return datetime.combine(self.play.today, time(), self._blueprint.zone)

    def _end_pause(self, plan: PlanState, state: StepState, site: Site, step: Step) -> TestLine | None:
        """Set the data that end a pause, unless time alone can do it."""
        self._set.add(site)
        values = self.play.data.get(site)
        if values is None and site not in self.play.neglect and step.until is not None:
            values = self._ending(plan, state.id, step.until)
        changed = {name: value for name, value in (values or {}).items() if plan.row.get(name) != value}
        return SetData(changed, line=0) if changed and "id" not in changed else None

    def _ending(self, plan: PlanState, instance: InstanceId, until: Expression) -> Row:
        """Data for which the condition of a pause holds; none where it looks at more than the record."""
        group = plan.group(instance.group_key)
        assert group is not None  # the group of a step in the plan
        types = {parameter.name: parameter.type for parameter in self._blueprint.group(group.group).parameters}
        arguments = {name: Constant(value, types[name]) for name, value in group.arguments.items()}
        bound = substitute(until, arguments)
        if any(isinstance(part, Today | ItemAttribute | Result) for part in walk(bound)):
            return {}
        found = example(Records(self._blueprint.program, self._blueprint.plan), normalize(bound))
        return {} if found is None else {name: found.row[name] for name in found.named}


def _answers_later(blueprint: Blueprint, step: Step) -> bool:
    return step.kind is StepKind.CALLOUT and blueprint.program.integrations[str(step.target)].asynchronous


def _site(plan: PlanState, instance: InstanceId) -> Site:
    group = plan.group(instance.group_key)
    assert group is not None  # the group of a step in the plan
    return group.group, instance.step
