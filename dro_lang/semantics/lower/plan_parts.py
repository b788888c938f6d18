"""What tests and properties name of a plan: its steps, by the instances of their groups, and its scenarios."""

from attrs import define, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.states import PlanStatus, StepStatus
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.steps import step_named
from dro_lang.semantics.typing.words import unknown
from dro_lang.syntax import ast


@frozen(eq=False)
class StepOfPlan:
    """A step, and the name of the instance that its group has in the plan."""

    instance: str
    group: ast.Group
    step: ast.Step


@define(eq=False)
class PlanParts:
    """The groups that a plan may come to hold, by the names of their instances, those of compensation included."""

    lowering: Lowering
    plan: ast.Plan
    groups: dict[str, ast.Group]
    is_whole: bool
    """Whether all groups that it runs are known: otherwise an unknown name may be of one that is not."""

    @classmethod
    def of(cls, lowering: Lowering, plan: ast.Plan) -> "PlanParts":
        calls = [call for scenario in plan.scenarios for call in scenario.runs]
        groups: dict[str, ast.Group] = {}
        is_whole = not lowering.is_broken(plan)
        while calls:
            call = calls.pop(0)
            group = lowering.typed.called.get(call)
            if group is None:
                is_whole = False
                continue
            name = call.alias.text if call.alias else group.name.text
            if name not in groups:
                groups[name] = group
                is_whole = is_whole and not lowering.is_broken(group)
                calls += [
                    clause.call for step in group.steps for clause in step.clauses if isinstance(clause, ast.OnChange)
                ]
        return cls(lowering, plan, groups, is_whole)

    def step(self, reference: ast.StepReference) -> StepOfPlan | None:
        """The step that a test names; None after E0101."""
        name = reference.step.text
        if reference.group is None:
            return self._bare(reference.step)
        instance = reference.group.text
        group = self.groups.get(instance)
        if group is None:
            if self.is_whole:
                message = f"plan `{self.plan.name.text}` never runs a group as `{instance}`"
                self._report(unknown(reference.group.span, message, instance, self.groups, "it runs"))
            return None
        step = step_named(group, name)
        if step is None:
            if not self.lowering.is_broken(group):
                message = f"group `{group.name.text}` has no step `{name}`"
                self._report(unknown(reference.step.span, message, name, (each.name.text for each in group.steps)))
            return None
        return StepOfPlan(instance, group, step)

    def _bare(self, name: ast.Name) -> StepOfPlan | None:
        """A step without its group, which is enough where one group only has a step of that name."""
        found = [
            StepOfPlan(instance, group, step)
            for instance, group in self.groups.items()
            if (step := step_named(group, name.text)) is not None
        ]
        if len(found) == 1:
            return found[0]
        if found:
            choices = " or ".join(f"`{each.instance}.{name.text}`" for each in found)
            message = f"several groups have a step `{name.text}`"
            self._report(diagnose("E0101", name.span, message, help=f"write {choices}"))
        elif self.is_whole:
            message = f"no group of plan `{self.plan.name.text}` has a step `{name.text}`"
            steps = (step.name.text for group in self.groups.values() for step in group.steps)
            self._report(unknown(name.span, message, name.text, steps))
        return None

    def scenarios(self, names: tuple[ast.Name, ...]) -> tuple[str, ...]:
        """The names of scenarios, without those that the plan does not have (E0101)."""
        known = [scenario.name.text for scenario in self.plan.scenarios]
        for name in names:
            if name.text not in known and not self.lowering.is_broken(self.plan):
                message = f"plan `{self.plan.name.text}` has no scenario `{name.text}`"
                self._report(unknown(name.span, message, name.text, known))
        return tuple(name.text for name in names if name.text in known)

    def step_state(self, name: ast.Name) -> StepStatus | None:
        """The state that a test names; None after E0101."""
        return StepStatus(name.text) if self._is_state(name, list(StepStatus), "step") else None

    def plan_state(self, name: ast.Name) -> PlanStatus | None:
        return PlanStatus(name.text) if self._is_state(name, list(PlanStatus), "plan") else None

    def _is_state(self, name: ast.Name, states: "list[StepStatus] | list[PlanStatus]", what: str) -> bool:
        known = [state.value for state in states]
        if name.text in known:
            return True
        message = f"there is no state `{name.text}` of a {what}"
        self._report(unknown(name.span, message, name.text, known, f"the states of a {what} are"))
        return False

    def _report(self, diagnostic: Diagnostic) -> None:
        self.lowering.report.append(diagnostic)
