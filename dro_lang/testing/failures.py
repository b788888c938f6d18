"""What is wrong with a line of a test: expected and actual, and what explains the difference."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from dro_lang.conditions.selection import Selection, Verdict
from dro_lang.conditions.time import in_zone
from dro_lang.conditions.trace import lines, trace
from dro_lang.kernel.board import Board
from dro_lang.kernel.history import PlanChanged, StepChanged
from dro_lang.kernel.states import InstanceId, PlanStatus, StepStatus, spoken
from dro_lang.kernel.view import StepView
from dro_lang.kernel.waits import open_waits
from dro_lang.program.model import Policy, Scenario
from dro_lang.program.tests import InstanceName
from dro_lang.testing.watch import Look, OfScenario, OfStep

if TYPE_CHECKING:
    from dro_lang.testing.script import Script

_MANY = 8
"""How many steps, items or entries of a history are told; of more, the rest is counted."""


@frozen
class Broken:
    """Why a line does not hold. `why` stands beside it, `notes` explain. `of_record`: the fault is the record's."""

    code: str
    message: str
    why: str = ""
    notes: tuple[str, ...] = ()
    help: str | None = None
    of_record: bool = False


# ---- records


def no_plan(script: "Script") -> Broken:
    """The record gets no plan, and the test does not expect that."""
    codes = list(dict.fromkeys(problem.code for problem in script.problems))
    notes = _reasons(script)
    if script.selection is not None:
        notes += tuple(_verdict(script, verdict) for verdict in script.selection.verdicts)
    message = f"this record gets no plan: it is rejected with {' and '.join(codes)}"
    help = f'mend the record, or write `expect rejected "{codes[0]}"` if that is what is meant'
    return Broken("T0106", message, "this record", notes, help, of_record=True)


def not_rejected(script: "Script", code: str) -> Broken:
    """The record is not rejected with this code."""
    codes = list(dict.fromkeys(problem.code for problem in script.problems))
    if codes:
        message = f"the record is rejected with {' and '.join(codes)}, not with {code}"
        return Broken("T0105", message, f"expected {code}", _reasons(script), f'write `expect rejected "{codes[0]}"`')
    assert script.selection is not None  # a record that fits is submitted
    names = " and ".join(f"`{name}`" for name in script.selection.matched)
    return Broken("T0105", "the record is not rejected", f"expected {code}", (f"it fits, and gets scenario {names}",))


def _reasons(script: "Script") -> tuple[str, ...]:
    def told(attribute: str | None, code: str, reason: str) -> str:
        return f"{code}: {reason}" if attribute is None else f"{code}: `{attribute}`: {reason}"

    return tuple(told(problem.attribute, problem.code, problem.reason) for problem in script.problems)


def other_scenarios(
    script: "Script", selection: Selection, expected: tuple[str, ...], matching: tuple[str, ...]
) -> Broken:
    """Other scenarios match than the test expects, or more than the plan takes."""
    if not expected or (matching and not selection.matched):
        what = f"the record matches {_names(matching)}"
        message = f"{what}, and the plan takes exactly one" if expected else what
    elif matching:
        message = f"the record gets scenario{'s' * (len(matching) > 1)} {_names(matching)}"
    else:
        message = "the record gets no scenario"
    differing = set(expected) ^ set(matching) or set(expected)
    notes = [_verdict(script, verdict) for verdict in selection.verdicts if verdict.scenario in differing]
    if script.kernel.blueprint.plan.policy is Policy.FIRST_MATCHING:
        notes.append("the plan takes the first scenario that matches, in order of writing")
    return Broken("T0101", message, f"expected {_names(expected) or 'no scenario'}", tuple(notes))


def _names(scenarios: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in scenarios)


def _verdict(script: "Script", verdict: Verdict) -> str:
    """Why a scenario matches or not, as lines."""
    scenario = next(each for each in script.kernel.blueprint.plan.scenarios if each.name == verdict.scenario)
    told = [f"`{scenario.name}` {'matches' if verdict.matches else 'does not match'}{_rest(scenario, verdict)}"]
    owner = OfScenario(script.kernel.blueprint.plan.name, scenario.name)
    look = next((look for look in reversed(_looks(script)) if look.owner == owner), None)
    if look is not None:
        told += [f"  {line}" for line in lines(trace(look.condition, look.environment))]
    return "\n".join(told)


def _rest(scenario: Scenario, verdict: Verdict) -> str:
    if verdict.blocked_by is not None:
        return f", as `{verdict.blocked_by}` does" if verdict.holds else ""
    if scenario.otherwise:
        return ", as no other scenario does" if verdict.matches else ", as another scenario does"
    return ": it has no condition" if scenario.when is None else ""


# ---- plans


def other_plan_state(script: "Script", expected: PlanStatus) -> Broken:
    assert script.simulation is not None
    plan = script.simulation.plan
    notes = [_clock(script)]
    left = [view for view in script.simulation.steps if not _is_finished(script, view.id)]
    if plan.status is not PlanStatus.COMPLETED:
        notes += [f"{view.id} is {spoken(view.state)}: {view.reason}" for view in left[:_MANY]]
        notes += [f"and {len(left) - _MANY} other steps are not finished"] if len(left) > _MANY else []
    changes = [entry for entry in script.simulation.history if isinstance(entry, PlanChanged)]
    notes.append("\n".join(["the plan:", *(f"  {_at(script, e.at)}  {spoken(e.target)}" for e in changes)]))
    message = f"the plan is {spoken(plan.status)}, not {expected.replace('_', ' ')}"
    return Broken("T0104", message, f"expected {expected}", tuple(notes))


def _is_finished(script: "Script", instance: InstanceId) -> bool:
    assert script.simulation is not None
    step = script.simulation.plan.step(instance)
    return step is not None and step.finished


def time_goes_back(script: "Script", moment: datetime) -> Broken:
    assert script.simulation is not None
    message = f"time cannot go back to {_at(script, moment)}: it is {_at(script, script.simulation.now)}"
    return Broken("T0107", message, help="`today` and `given` begin anew with another record")


def plan_refused(script: "Script", verb: str, reason: str) -> Broken:
    """An operation on the plan as a whole is refused."""
    assert script.simulation is not None
    help = None
    if verb in ("amend", "cancel") and script.simulation.plan.status is PlanStatus.IN_PROGRESS:
        help = "a plan is changed while it is frozen: write `freeze` before this line, and `unfreeze` after it"
    return Broken("T0107", f"`{verb}` is refused: {reason}", notes=(_clock(script),), help=help)


# ---- steps


def no_such_step(script: "Script", name: InstanceName) -> Broken:
    """The plan has no such step, or not for this item."""
    assert script.simulation is not None
    plan = script.simulation.plan
    there = [step.id for step in plan.steps if (step.id.group, step.id.step) == (name.group, name.step)]
    if there:
        items = ", ".join(f'"{instance.item}"' for instance in there[:_MANY] if instance.item is not None)
        return Broken(
            "T0108",
            f'there is no item "{name.item}"',
            notes=(f"`{name.group}.{name.step}` runs for {items}" + (" and others" if len(there) > _MANY else ""),),
        )
    groups = list(dict.fromkeys(group.name for group in plan.groups))
    if name.group in groups:
        note = f"the record has no items, so `{name.group}.{name.step}` does not run at all"
    else:
        note = f"the record gets scenario {_names(plan.scenarios)}, whose groups are {_names(groups)}"
    return Broken("T0108", f"the plan has no step `{name.group}.{name.step}`", notes=(note,))


def step_refused(script: "Script", verb: str, refused: list[tuple[InstanceId, str]], count: int) -> Broken:
    """An operation on a step is refused; where it is meant for several instances, by some of them."""
    instance, reason = refused[0]
    some = f"; {len(refused)} of {count} refuse" if count > 1 else ""
    return Broken(
        "T0107",
        f"`{verb}` of {instance} is refused: {reason}{some}",
        notes=(_clock(script), *_explained(script, instance)),
        help=_way_out(script, verb, instance) if len(refused) == count else "name the item with `for item`",
    )


def _way_out(script: "Script", verb: str, instance: InstanceId) -> str | None:
    assert script.simulation is not None
    step = script.simulation.plan.step(instance)
    if verb == "fail" and step is not None and step.status is StepStatus.COMPLETED:
        return "say that it fails before it starts: write this line above the one at which it does"
    return None


def other_state(script: "Script", others: list[StepView], count: int, expected: str) -> Broken:
    """A step is in another state than expected; of several instances, some are."""
    view = others[0]
    some = f"; so it is for {len(others)} of {count} items" if len(others) > 1 else ""
    return Broken(
        "T0102",
        f"{view.id} is {spoken(view.state)}, not {expected.replace('_', ' ')}{some}",
        f"expected {expected}",
        (_clock(script), *_explained(script, view.id)),
        _mix_up(view.state, expected),
    )


def _mix_up(actual: StepStatus, expected: str) -> str | None:
    if (actual, expected) == (StepStatus.BYPASSED, StepStatus.SKIPPED):
        return "a step is skipped by its own condition, and bypassed where its turn can never come"
    if (actual, expected) == (StepStatus.SKIPPED, StepStatus.BYPASSED):
        return "a step is bypassed where its turn can never come, and skipped by its own condition"
    return None


def other_day(script: "Script", view: StepView, expected: date) -> Broken:
    """A step came into its state on another day."""
    assert view.since is not None  # it has a state since some moment
    return Broken(
        "T0103",
        f"{view.id} is {spoken(view.state)} since {view.since.date()}, not {expected}",
        f"expected {expected}",
        tuple(_explained(script, view.id)),
    )


# ---- what explains


def _explained(script: "Script", instance: InstanceId) -> Iterator[str]:
    """Why a step is in its state, what it waits for, what its conditions came to, and how it came there."""
    assert script.simulation is not None
    views = {view.id: view for view in script.simulation.steps}
    yield from _because(script, views, instance, set())
    last: dict[str, Look] = {}
    for look in _looks(script):
        if look.instance == instance and isinstance(look.owner, OfStep):
            last[look.owner.clause] = look
    for clause, look in last.items():
        traced = lines(trace(look.condition, look.environment))
        yield "\n".join([f"{clause}, looked at on {_at(script, look.environment.now)}:", *_indented(traced)])
    changes = [e for e in script.simulation.history if isinstance(e, StepChanged) and e.step == instance]
    if changes:
        entries = [_change(script, entry) for entry in changes[-_MANY:]]
        yield "\n".join([f"{instance}:", *_indented(entries)])


def _looks(script: "Script") -> list[Look]:
    """What was looked at; nothing where nobody was watching."""
    return script.watch.looks if script.watch is not None else []


def _because(
    script: "Script", views: dict[InstanceId, StepView], instance: InstanceId, told: set[InstanceId]
) -> Iterator[str]:
    """The reason for a step's state and, where it waits for others, theirs, down to what holds all of them back."""
    told.add(instance)
    view = views[instance]
    if view.reason:
        yield f"{instance} is {spoken(view.state)}: {view.reason}"
    if view.state is not StepStatus.PENDING:
        return
    for other in _held_back_by(script, instance):
        if other not in told and len(told) < _MANY:
            yield from _because(script, views, other, told)


def _held_back_by(script: "Script", instance: InstanceId) -> list[InstanceId]:
    """The unfinished steps for which a pending one waits."""
    assert script.simulation is not None
    board = Board(script.kernel.blueprint, script.simulation.plan)
    open_ = open_waits(board, instance)
    awaited = (each for each in board.roles[instance].waits if each.wait in open_)
    others = (board.steps[place] for each in awaited for place in each.places)
    return [other.id for other in others if not other.finished]


def _change(script: "Script", entry: StepChanged) -> str:
    by = f" by {entry.by}" if entry.by != "system" else ""
    return f"{_at(script, entry.at)}  {spoken(entry.target)}{by}{f': {entry.reason}' if entry.reason else ''}"


def _indented(texts: Sequence[str]) -> Iterator[str]:
    return (f"  {text}" for text in texts)


def _clock(script: "Script") -> str:
    assert script.simulation is not None
    return f"the clock stands at {_at(script, script.simulation.now)}, {script.kernel.blueprint.plan.timezone}"


def _at(script: "Script", moment: datetime) -> str:
    local = in_zone(moment, script.kernel.blueprint.zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
