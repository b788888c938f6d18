"""Two versions of a program compared."""

from attrs import evolve

from dro_lang.analysis.difference.declarations import declaration_edits, plan_edits
from dro_lang.analysis.difference.model import Difference, PlanDifference, Version
from dro_lang.analysis.difference.moves import Moves, renames
from dro_lang.analysis.difference.shared import shared
from dro_lang.analysis.difference.steps import lost, other_groups, paths, step_edits
from dro_lang.program.model import Program
from dro_lang.program.serial import content_hash


def compare(old: Program, new: Program, plan: str | None = None) -> Difference:
    """What differs between two versions, of one plan or of all. What a module is called is no difference: by default it
    is where its file stands."""
    if content_hash(evolve(old, module="")) == content_hash(evolve(new, module="")):
        return Difference((), (), (), (), False)
    names = [plan] if plan is not None else list(dict.fromkeys((*old.plans, *new.plans)))
    found = Difference(
        removed=tuple(name for name in names if name not in new.plans),
        added=tuple(name for name in names if name not in old.plans),
        plans=tuple(
            compare_plans(Version(old, old.plans[name]), Version(new, new.plans[name]))
            for name in names
            if name in old.plans and name in new.plans
        ),
        edits=(*declaration_edits(old, new), *other_groups(old, new)),
        unseen=False,
    )
    return Difference(found.removed, found.added, found.plans, found.edits, unseen=found.empty)


def compare_plans(old: Version, new: Version) -> PlanDifference:
    """What differs in a plan."""
    renamed = dict(renames(old.plan, new.plan))
    there = {scenario.name for scenario in new.plan.scenarios}
    pairs = [(scenario.name, renamed.get(scenario.name, scenario.name)) for scenario in old.plan.scenarios]
    kept = {before: after for before, after in pairs if after in there}
    moves = Moves(old, new, shared(old, new), renamed)
    moves.search()
    dropped = {
        after: gone for before, after in kept.items() if (gone := lost(paths(old, (before,)), paths(new, (after,))))
    }
    return PlanDifference(
        old,
        new,
        (*plan_edits(old.plan, new.plan, renamed), *step_edits(old, new, kept)),
        renamed,
        tuple(moves.found.values()),
        tuple(moves.undecided),
        moves.not_compared,
        dropped,
    )
