"""Which records get another scenario: for each kind of move a record that makes it, shown by both selections."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from attrs import define, field

from dro_lang.analysis.counterfactual.places import parts_of
from dro_lang.analysis.difference.model import Move, NotCompared, Taken, Undecided, Version
from dro_lang.analysis.difference.shared import Shared
from dro_lang.analysis.difference.steps import lost, paths
from dro_lang.analysis.selection import applies
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Example, Never, NotKnown, satisfy
from dro_lang.conditions.matching import matching
from dro_lang.conditions.normal import Normal, Truth, all_of, any_of, complement
from dro_lang.conditions.selection import select
from dro_lang.program.expressions import Aggregate, Attribute
from dro_lang.program.model import Plan, Policy

_NONE, _SEVERAL = "R0202", "R0201"


def taken(version: Version, example: Example) -> Taken:
    """What a record gets, by the real selection."""
    environment = Records(version.program, version.plan).environment(example.row, example.today)
    selection = select(version.plan, environment)
    return Taken(selection.matched, selection.error)


@define
class Moves:
    """The search for moves between two versions; scenarios are renamed from old to new."""

    old: Version
    new: Version
    shared: Shared
    renamed: Mapping[str, str]
    found: dict[tuple[Taken, Taken], Move] = field(factory=dict)
    undecided: list[Undecided] = field(factory=list)
    _left_out: dict[str, frozenset[str]] = field(factory=dict)

    @property
    def not_compared(self) -> NotCompared | None:
        """What could not be compared, if anything."""
        if not self._left_out:
            return None
        return NotCompared(tuple(self._left_out), tuple(sorted(frozenset().union(*self._left_out.values()))))

    def search(self) -> None:
        """Fill `found` and `undecided`."""
        if _selection_of(self.old.plan, self.renamed) == _selection_of(self.new.plan, {}):
            return
        policies = {self.old.plan.policy, self.new.plan.policy}
        if Policy.EVERY_MATCHING in policies:
            self._one_by_one()
        else:
            self._from_each_to_each()

    def _one_by_one(self) -> None:
        """Where several scenarios count, each is asked for by itself: who gets it no more, and who gets it now."""
        before, after = (self._kept(side.plan, applies(side.plan)) for side in (self.old, self.new))
        for several in map(self._several, (self.old, self.new)):
            self._ask(several, _SEVERAL, None)
        names = dict.fromkeys([*(self.renamed.get(name, name) for name in before), *after])
        by_new_name = {self.renamed.get(name, name): formula for name, formula in before.items()}
        for name in names:
            then, now = by_new_name.get(name, Truth(False)), after.get(name, Truth(False))
            if then != now:
                self._ask(all_of((then, complement(now))), name, None)
                self._ask(all_of((complement(then), now)), None, name)

    def _from_each_to_each(self) -> None:
        before, after = self._outcomes(self.old), self._outcomes(self.new)
        for name, formula in before.items():
            same = self.renamed.get(name, name)
            stays = after.get(same)
            if stays == formula:
                continue
            leaving = formula if stays is None else all_of((formula, complement(stays)))
            if isinstance(satisfy(leaving, self.shared.records), Never):
                continue
            for other, formula_after in after.items():
                if other != same:
                    self._ask(all_of((formula, formula_after)), name, other)

    def _outcomes(self, version: Version) -> dict[str, Normal]:
        """When each scenario alone is taken, none is, and where exactly one should be, several are."""
        plan = version.plan
        matches = matching(plan)
        outcomes = dict(applies(plan))
        none = all_of(map(complement, matches.values()))
        several = self._several(version)
        if several != Truth(False):
            outcomes = {name: all_of((formula, complement(several))) for name, formula in outcomes.items()}
            outcomes[_SEVERAL] = several
        return self._kept(plan, {**outcomes, _NONE: none})

    def _several(self, version: Version) -> Normal:
        """When several scenarios match where exactly one should."""
        if version.plan.policy is not Policy.EXACTLY_ONE:
            return Truth(False)
        comparable = filter(self._is_comparable, matching(version.plan).values())
        together = map(all_of, combinations(comparable, 2))
        return any_of(both for both in together if not isinstance(satisfy(both, self.shared.records), Never))

    def _kept(self, plan: Plan, formulas: Mapping[str, Normal]) -> dict[str, Normal]:
        """The formulas of what can be compared."""
        kept = {}
        for name, formula in formulas.items():
            if self._is_comparable(formula):
                kept[name] = formula
            elif name not in (_NONE, _SEVERAL):
                self._left_out[name] = _named(formula) & self.shared.apart
        return kept

    def _is_comparable(self, formula: Normal) -> bool:
        return not _named(formula) & self.shared.apart

    def _ask(self, formula: Normal, before: str | None, after: str | None) -> None:
        answer = satisfy(formula, self.shared.records)
        if isinstance(answer, NotKnown):
            self.undecided.append(Undecided(before, after))
        if not isinstance(answer, Example):
            return
        then, now = taken(self.old, answer), taken(self.new, answer)
        if Taken(tuple(self.renamed.get(name, name) for name in then.scenarios), then.error) != now:
            was, is_ = paths(self.old, then.scenarios), paths(self.new, now.scenarios)
            self.found.setdefault((then, now), Move(then, now, answer, lost(was, is_), lost(is_, was)))


def _named(formula: Normal) -> frozenset[str]:
    """The attributes of the root that a formula names."""
    parts = list(parts_of(formula))
    lists = {part.list for part in parts if isinstance(part, Aggregate)}
    return frozenset(lists | {part.name for part in parts if isinstance(part, Attribute)})


def _selection_of(plan: Plan, renamed: Mapping[str, str]) -> tuple[object, ...]:
    """All that decides which scenarios a record gets."""

    def new(name: str) -> str:
        return renamed.get(name, name)

    return (
        plan.policy,
        plan.timezone,
        *((new(each.name), each.when, each.otherwise, tuple(map(new, each.unless))) for each in plan.scenarios),
    )


def renames(old: Plan, new: Plan) -> Iterator[tuple[str, str]]:
    """Scenarios that went under one name and came back under another: with the same condition and the same groups."""
    before, after = ({each.name: each for each in plan.scenarios} for plan in (old, new))
    gone = [scenario for name, scenario in before.items() if name not in after]
    come = [scenario for name, scenario in after.items() if name not in before]
    for scenario in gone:
        for other in come:
            if (scenario.when, scenario.otherwise, scenario.unless, scenario.runs) == (
                other.when,
                other.otherwise,
                other.unless,
                other.runs,
            ):
                yield scenario.name, other.name
                come.remove(other)
                break
