"""What becomes of records, or of running plans, when a plan gets a new version, in lines and as an object."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from attrs import define, field, frozen

from dro_lang.analysis.difference.model import Taken
from dro_lang.cli.output import plural
from dro_lang.cli.report.cells import BAD, STRONG, Cell, Painter
from dro_lang.cli.report.difference import taken_object
from dro_lang.diagnostics.render.columns import harmless
from dro_lang.records.load import Accepted, Rejected
from dro_lang.runtime.embedded.port import Header
from dro_lang.runtime.transition import Effect, Transition

LISTED = 20
"""So many records of one kind are listed for people; the object has all of them."""


@frozen
class Changed:
    """A record, or the running plan of one, that is not as before."""

    id: str
    effect: Effect
    plan_id: str | None = None


@define
class Effects:
    """What becomes of records or of running plans (`noun`), one after the other; those that stay as they are count
    only. `others` are plans of another version than the old one."""

    transition: Transition
    noun: str = "record"
    seen: int = 0
    others: int = 0
    counts: Counter[tuple[Taken, Taken]] = field(factory=Counter)
    changed: list[Changed] = field(factory=list)

    def add(self, before: Accepted | Rejected, after: Accepted | Rejected) -> None:
        effect = self.transition.effect(_row(before), _row(after))
        self._count(Changed(before.id or after.id or str(before.position), effect))

    def add_plan(self, header: Header, effect: Effect, is_old: bool) -> None:
        self.others += not is_old
        self._count(Changed(header.record_id, effect, header.plan_id))

    def _count(self, found: Changed) -> None:
        self.seen += 1
        self.counts[found.effect.before, found.effect.after] += 1
        if found.effect.changes:
            self.changed.append(found)

    @property
    def strands(self) -> bool:
        return any(each.effect.strands for each in self.changed)


def _row(found: Accepted | Rejected) -> Any:
    return found.row if isinstance(found, Accepted) else found.problems[0].code


def effect_lines(effects: Effects, painter: Painter) -> Iterator[str]:
    """How many go where, then each kind of change with those that it meets."""
    yield ""
    noun, plan = effects.noun, effects.transition.new.plan.name
    title = f"{noun}s: {plural(effects.seen, noun)}" + (f" of `{plan}`" if noun != "record" else "")
    yield painter.styled(f"{title} on {effects.transition.today}", STRONG)
    if effects.others:
        yield f"  {effects.others:,} of them are of another version than the old one"
    rows = [
        [Cell(f"{count:,}"), Cell(name(before)), Cell("as before" if before == after else f"-> {name(after)}")]
        for (before, after), count in effects.counts.items()
    ]
    yield from painter.table(rows, indent=2)
    kinds: dict[Effect, list[str]] = {}
    for each in effects.changed:
        kinds.setdefault(each.effect, []).append(each.plan_id or each.id)
    for effect, ids in kinds.items():
        yield ""
        where = f"-> {name(effect.after)}" if effect.before != effect.after else "as before"
        title = f"{name(effect.before)} {where}: {plural(len(ids), noun)}"
        yield "  " + painter.styled(title, STRONG) + (painter.styled("  strands", BAD) if effect.strands else "")
        more = f" and {len(ids) - LISTED:,} more" if len(ids) > LISTED else ""
        cells = [[Cell(f"{noun}s"), Cell(harmless(", ".join(ids[:LISTED])) + more)]]
        cells += [
            [Cell(verb), Cell(", ".join(map(str, steps)))]
            for verb, steps in (("lose", effect.lost), ("gain", effect.gained))
            if steps
        ]
        yield from painter.table(cells, indent=4)


def name(taken: Taken) -> str:
    """What a record gets, in a word or two."""
    if taken.error is not None:
        return {"R0202": "no scenario (R0202)", "R0201": "several scenarios (R0201)"}.get(taken.error, taken.error)
    return " + ".join(taken.scenarios)


def effects_object(effects: Effects) -> dict[str, Any]:
    """The object that tells what becomes of records, or of running plans."""
    unit = "records" if effects.noun == "record" else "plans"
    return {
        "today": effects.transition.today.isoformat(),
        unit: effects.seen,
        **({} if unit == "records" else {"plan": effects.transition.new.plan.name, "other_versions": effects.others}),
        "strands": effects.strands,
        "counts": [
            {"from": taken_object(before), "to": taken_object(after), unit: count}
            for (before, after), count in effects.counts.items()
        ],
        "changed": [
            {
                **({} if each.plan_id is None else {"plan_id": each.plan_id}),
                "record_id": each.id,
                "from": taken_object(each.effect.before),
                "to": taken_object(each.effect.after),
                "lost": list(map(str, each.effect.lost)),
                "gained": list(map(str, each.effect.gained)),
                "strands": each.effect.strands,
            }
            for each in effects.changed
        ],
    }
