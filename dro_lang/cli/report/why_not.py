"""What would have to be different in a record, in words and as an object."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from attrs import frozen

from dro_lang.analysis.counterfactual.change import MOST_CHANGES, Answer, Change, Counterfactual
from dro_lang.cli.output import plural
from dro_lang.cli.report.cells import FAINT, LOOKS, STRONG, Cell, Painter, date_of, day, label
from dro_lang.cli.report.why import condition_lines, reasons
from dro_lang.diagnostics.render.columns import harmless, in_one_line
from dro_lang.kernel.states import StepStatus, spoken
from dro_lang.program.model import Plan, Program
from dro_lang.program.render import render_value
from dro_lang.records.load import Accepted
from dro_lang.records.validate import to_data
from dro_lang.runtime.run import PlanOutcome


@frozen
class Wish:
    """What is asked for: a scenario, or a step (by the names of group and step) of one item or any, in a state or
    (None) to be run; `on` is the day on which it is looked at."""

    scenario: str | None
    step: tuple[str, str] | None
    item: str | None
    state: StepStatus | None
    on: date

    @property
    def step_name(self) -> str:
        return "" if self.step is None else ".".join(self.step) + (f" [{harmless(self.item)}]" if self.item else "")

    def told(self, negative: bool) -> str:
        """The wish as what a record does, or does not do."""
        if self.scenario is not None:
            return f"does not get `{self.scenario}`" if negative else f"gets `{self.scenario}`"
        if self.state is None:
            return f"does not run `{self.step_name}`" if negative else f"runs `{self.step_name}`"
        state = f"`{self.step_name}` {spoken(self.state)} on {self.on}"
        return f"does not have {state}" if negative else f"has {state}"


_UNDECIDED = (StepStatus.PENDING, StepStatus.SCHEDULED)


def answered(
    program: Program,
    plan: Plan,
    record: Accepted,
    outcome: PlanOutcome,
    wish: Wish,
    answer: Answer,
    painter: Painter,
) -> Iterator[str]:
    """The lines of an answer."""
    id = in_one_line(record.id)
    if answer.already:
        yield painter.styled(f"{id} {wish.told(False)} already", STRONG)
        yield from _as_it_is(plan, outcome, wish, painter)
        undecided = any(view.state in _UNDECIDED for view in outcome.steps if (view.group, view.step) == wish.step)
        if undecided and wish.state is None:
            yield ""
            yield f"on {wish.on} its turn has not come: with --until DATE, what its condition comes to then counts"
        return
    yield painter.styled(f"{id} {wish.told(True)}", STRONG)
    yield from _as_it_is(plan, outcome, wish, painter)
    yield ""
    if not answer.found:
        yield _none(wish, answer)
        return
    best, *others = answer.found
    if len(best.changes) > MOST_CHANGES:
        sure = f"no change of up to {MOST_CHANGES} values does it"
        yield f"{sure if answer.proved else 'no smaller change was found'}; it would, if {_if(best)}:"
    else:
        yield f"it would, if {_if(best)}:"
    yield from _changes(program, record, best, painter)
    for other in others:
        yield f"or if {_if(other)}:"
        yield from _changes(program, record, other, painter)
    yield ""
    yield painter.styled("checked by running the changed record" + ("s" if others else ""), FAINT)


def _if(found: Counterfactual) -> str:
    return f"{plural(len(found.changes), 'value')} {'was' if len(found.changes) == 1 else 'were'} different"


def _as_it_is(plan: Plan, outcome: PlanOutcome, wish: Wish, painter: Painter) -> Iterator[str]:
    """What stands in the way."""
    for verdict, scenario in zip(outcome.selection.verdicts, plan.scenarios, strict=True):
        if scenario.name == wish.scenario:
            yield from reasons(scenario, verdict, outcome.trace)
            if verdict.matches and outcome.scenarios:
                yield f"    false  {outcome.scenarios[0]} comes first"
    if wish.step is None:
        return
    views = [view for view in outcome.steps if (view.group, view.step) == wish.step and wish.item in (None, view.item)]
    if outcome.error_code is not None:
        yield f"    there is no plan: {outcome.reason} ({outcome.error_code})"
    elif not views:
        yield f"    it gets {' and '.join(f'`{name}`' for name in outcome.scenarios)}, without that step"
    for view in views:
        look = LOOKS[view.state]
        cells = [label(view.id), painter.styled(look.name, look.style), day(date_of(view)), harmless(view.reason)]
        yield f"    {'  '.join(cell for cell in cells if cell)}"
        for check in outcome.step_checks:
            if check.step == view.id:
                yield from (f"  {line}" for line in condition_lines(check.trace))


def _none(wish: Wish, answer: Answer) -> str:
    if answer.impossible:
        return "no record does, whatever its values, on that day"
    looked = f"looked at {plural(answer.tried, 'record')}"
    if answer.proved:
        return f"no change of one or two of its values does it ({looked})"
    return f"no change of one or two of its values was found that does it ({looked}); there may be one"


def _changes(program: Program, record: Accepted, found: Counterfactual, painter: Painter) -> Iterator[str]:
    rows = [
        [
            Cell(place_name(record, change), STRONG),
            Cell(f"= {harmless(_value(change, change.after))}" if change.after is not None else "unknown"),
            Cell(f"(it is {harmless(_value(change, change.before))})", FAINT),
        ]
        for change in found.changes
    ]
    yield from painter.table(rows, indent=4)


def _value(change: Change, value: Any) -> str:
    return render_value(value, change.place.definition.type)


def place_name(record: Accepted, change: Change) -> str:
    """`due_date`, and `invoices[I-1].balance` of an element, by its id or else its number."""
    place = change.place
    element = place.element(record.row)
    if element is None:
        return place.definition.name
    return f"{place.list}[{element.get('id') or place.index + 1}].{place.definition.name}"


def object_of(program: Program, record: Accepted, wish: Wish, answer: Answer) -> dict[str, Any]:
    """The object that tells an answer. Values are as in records."""
    asked: dict[str, Any] = {"scenario": wish.scenario}
    if wish.step is not None:
        state = wish.state.value if wish.state else None
        asked = {"step": ".".join(wish.step), "item": wish.item, "state": state, "on": wish.on.isoformat()}
    kind = "already" if answer.already else "change" if answer.found else "impossible" if answer.impossible else "none"
    return {
        "record_id": record.id,
        "asked": asked,
        "answer": kind,
        "changes": [_told(program, record, change) for change in answer.found[0].changes] if answer.found else [],
        "alternatives": [[_told(program, record, change) for change in other.changes] for other in answer.found[1:]],
        "ruled_out_up_to": answer.ruled_out,
        "records_looked_at": answer.tried,
    }


def _told(program: Program, record: Accepted, change: Change) -> dict[str, Any]:
    kind = change.place.definition.type
    element = change.place.element(record.row)
    told: dict[str, Any] = {"attribute": change.place.definition.name}
    if element is not None:
        told |= {"list": change.place.list, "index": change.place.index, "element_id": element.get("id")}
    return {**told, "from": to_data(change.before, kind, program), "to": to_data(change.after, kind, program)}
