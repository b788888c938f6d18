"""The difference between two programs, in lines and as an object."""

from collections.abc import Iterable, Iterator
from typing import Any

from dro_lang.analysis.difference.model import Difference, Edit, Move, PlanDifference, Taken
from dro_lang.analysis.solver.satisfy import Example
from dro_lang.cli.report.cells import BAD, FAINT, STRONG, Cell, Painter, Style
from dro_lang.diagnostics.render.columns import harmless
from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.render import render_value
from dro_lang.program.types import ListType
from dro_lang.program.values import Value

_ADDED: Style = {"fg": "green"}
_REMOVED: Style = {"fg": "red"}
_CHANGED: Style = {"fg": "yellow"}


def difference_lines(difference: Difference, painter: Painter) -> Iterator[str]:
    """The lines that tell a difference."""
    if difference.empty:
        yield "no difference" + (" in what is done: only documentation, or the order of writing" * difference.unseen)
        return
    for name in difference.removed:
        yield painter.styled(f"- plan {name}", _REMOVED) + "  its running plans have no version to move to"
    for name in difference.added:
        yield painter.styled(f"+ plan {name}", _ADDED)
    above = bool(difference.removed or difference.added)
    for plan in difference.plans:
        if not plan.empty:
            yield from [""] * above
            above = True
            yield painter.styled(f"plan {plan.new.plan.name}", STRONG)
            yield from _plan_lines(plan, painter)
    if difference.edits:
        yield from [""] * above
        yield painter.styled("declarations", STRONG)
        yield from _edits(difference.edits, painter)


def _plan_lines(plan: PlanDifference, painter: Painter) -> Iterator[str]:
    told = [
        ("records that move", list(_moves(plan, painter))),
        ("scenarios", [*_renames(plan, painter), *_edits(_of(plan, "scenario"), painter)]),
        ("steps", list(_edits(_of(plan, "step"), painter))),
        ("the plan itself", list(_edits(_of(plan, "plan"), painter))),
        ("strands", [line for text in _strands(plan) for line in painter.row([Cell(text, BAD)], [], indent=2)]),
    ]
    for title, lines in told:
        if lines:
            yield ""
            yield f"  {painter.styled(title, STRONG)}"
            yield from (f"  {line}" if line else "" for line in lines)


def _of(plan: PlanDifference, kind: str) -> list[Edit]:
    return [edit for edit in plan.edits if edit.kind == kind]


def _moves(plan: PlanDifference, painter: Painter) -> Iterator[str]:
    for move in plan.moves:
        yield from painter.row([Cell(f"records like {_like(plan, move)}")], [], indent=2)
        yield f"    move from {_taken(move.before)} to {_taken(move.after)}"
        for sign, steps, style in (("-", move.lost, _REMOVED), ("+", move.gained, _ADDED)):
            if steps:
                cells = [Cell(f"      {sign}", style), Cell(", ".join(map(str, steps)), style)]
                yield from painter.row(cells, [7], indent=0, gap=1)
    for open_ in plan.undecided:
        yield f"  not known whether records move from {_name(open_.before)} to {_name(open_.after)}"
    if plan.not_compared is not None:
        scenarios = ", ".join(f"`{name}`" for name in plan.not_compared.scenarios)
        attributes = ", ".join(f"`{name}`" for name in plan.not_compared.attributes)
        yield from painter.row(
            [Cell(f"not compared: {scenarios}, as {attributes} is something else in each version")], [], indent=2
        )


def _like(plan: PlanDifference, move: Move) -> str:
    contexts = [side.program.contexts[side.plan.context] for side in (plan.old, plan.new)]
    definitions = {each.name: each for context in contexts for each in context.attributes}
    return described(move.example, definitions, plan.new.program) or "any"


def described(example: Example, definitions: dict[str, AttributeDefinition], program: Program) -> str:
    """The part of a record that matters."""
    parts = [_attribute(definitions[name], example.row[name], program) for name in example.named]
    if example.names_today:
        parts.append(f"today = {example.today.isoformat()}")
    return harmless(", ".join(parts))


def _attribute(definition: AttributeDefinition, value: Value, program: Program) -> str:
    if value is None:
        return f"{definition.name} unknown"
    if isinstance(definition.type, ListType) and isinstance(value, tuple):
        attributes = program.records[definition.type.record].attributes
        rows = (
            ", ".join(
                f"{each.name}: {render_value(row[each.name], each.type)}"
                for each in attributes
                if row.get(each.name) is not None
            )
            for row in value
        )
        return f"{definition.name} = [{', '.join(f'{{ {row} }}' for row in rows)}]"
    return f"{definition.name} = {render_value(value, definition.type)}"


def _taken(taken: Taken) -> str:
    if taken.error is not None:
        return {"R0202": "no scenario (R0202)", "R0201": "several scenarios, where one should be (R0201)"}.get(
            taken.error, f"an error ({taken.error})"
        )
    return " and ".join(f"`{name}`" for name in taken.scenarios)


def _name(scenario: str | None) -> str:
    return {None: "other scenarios", "R0202": "no scenario", "R0201": "several"}.get(scenario, f"`{scenario}`")


def _renames(plan: PlanDifference, painter: Painter) -> Iterator[str]:
    for before, after in plan.renamed.items():
        yield f"  {painter.styled('~', _CHANGED)} {before} is called {after} now"


def _edits(edits: Iterable[Edit], painter: Painter) -> Iterator[str]:
    """Under each name what differs: a line where both texts fit, else the old text above the new one."""
    name = None
    for edit in edits:
        home = edit.name if edit.kind in ("step", "scenario") else f"{edit.kind} {edit.name}"
        where = f"  (in {', '.join(edit.scenarios)})" if edit.scenarios else ""
        if not edit.aspect:
            sign, style = ("+", _ADDED) if edit.before is None else ("-", _REMOVED)
            text = (edit.before if edit.after is None else edit.after) or ""
            cells = [Cell(f"{sign} {home}", style), Cell(harmless(text) + where, FAINT)]
            yield from painter.row(cells, [len(cells[0].text)], indent=2)
            name = None
            continue
        if home != name:
            yield f"  {painter.styled(f'~ {home}', _CHANGED)}"
            name = home
        yield from _change(edit, where, painter)


def _change(edit: Edit, where: str, painter: Painter) -> Iterator[str]:
    before, after = (None if text is None else harmless(text) for text in (edit.before, edit.after))
    if before is not None and after is not None:
        line = f"      {edit.aspect}  {before} -> {after}{where}"
        if len(line) + 2 <= painter.columns:
            yield line
            return
        yield f"      {edit.aspect}{where}"
        for sign, text, style in (("-", before, _REMOVED), ("+", after, _ADDED)):
            yield from painter.row([Cell(f"        {sign}", style), Cell(text, style)], [9], indent=0, gap=1)
        return
    sign, style = ("+", _ADDED) if before is None else ("-", _REMOVED)
    cells = [Cell(f"      {sign}", style), Cell(f"{edit.aspect}  {before or after}{where}", style)]
    yield from painter.row(cells, [7], indent=0, gap=1)


def _strands(plan: PlanDifference) -> Iterator[str]:
    for name, steps in plan.dropped.items():
        yield f"running plans of `{name}` may have {', '.join(map(str, steps))}, which the new version lacks"
    for move in plan.moves:
        if move.lost:
            gone = ", ".join(map(str, move.lost))
            yield f"{_taken(move.before)} to {_taken(move.after)}: running plans may have {gone}"
        elif move.after.error is not None and move.before.error is None:
            yield f"{_taken(move.before)} to {_taken(move.after)}: these records get no plan"


def difference_object(difference: Difference) -> dict[str, Any]:
    """The object that tells a difference."""
    return {
        "different": not difference.empty,
        "strands": difference.strands,
        "plans_removed": list(difference.removed),
        "plans_added": list(difference.added),
        "plans": [_plan_object(plan) for plan in difference.plans if not plan.empty],
        "declarations": [_edit_object(edit) for edit in difference.edits],
    }


def _plan_object(plan: PlanDifference) -> dict[str, Any]:
    apart = plan.not_compared
    return {
        "plan": plan.new.plan.name,
        "strands": plan.strands,
        "renamed": [{"from": before, "to": after} for before, after in plan.renamed.items()],
        "moves": [
            {
                "from": taken_object(move.before),
                "to": taken_object(move.after),
                "example": _like(plan, move),
                "lost": list(map(str, move.lost)),
                "gained": list(map(str, move.gained)),
            }
            for move in plan.moves
        ],
        "undecided": [{"from": open_.before, "to": open_.after} for open_ in plan.undecided],
        "not_compared": None if apart is None else {"scenarios": apart.scenarios, "attributes": apart.attributes},
        "changes": [_edit_object(edit) for edit in plan.edits],
        "dropped": {name: list(map(str, steps)) for name, steps in plan.dropped.items()},
    }


def taken_object(taken: Taken) -> dict[str, Any]:
    """What a record gets, as an object."""
    return {"scenarios": list(taken.scenarios), "error_code": taken.error}


def _edit_object(edit: Edit) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": edit.kind, "name": edit.name, "clause": edit.aspect or None, "before": edit.before, "after": edit.after,
    }  # fmt: skip
    return {**told, "scenarios": list(edit.scenarios)} if edit.kind == "step" else told
