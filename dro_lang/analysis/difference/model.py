"""Differences, as values."""

from collections.abc import Mapping

from attrs import frozen

from dro_lang.analysis.solver.satisfy import Example
from dro_lang.program.model import Plan, Program


@frozen
class Version:
    """A plan in one version of its program."""

    program: Program
    plan: Plan


@frozen
class Edit:
    """Something that was added (there is no `before`), removed (no `after`) or changed. `aspect` is the clause, or
    empty for the whole; `scenarios` are those in which a step differs, empty for all that run it."""

    kind: str
    name: str
    aspect: str
    before: str | None
    after: str | None
    scenarios: tuple[str, ...] = ()


@frozen
class StepPath:
    """A step as plans hold it: in which group instance, and whether once or per item."""

    group: str
    step: str
    per_item: bool

    def __str__(self) -> str:
        return f"{self.group}.{self.step}" + (" for each item" if self.per_item else "")


@frozen
class Taken:
    """What a record gets: scenarios, or the code of the error where it gets no plan."""

    scenarios: tuple[str, ...]
    error: str | None = None


@frozen
class Move:
    """Records that get something else than before, with one of them; which steps a plan of theirs loses and gains."""

    before: Taken
    after: Taken
    example: Example
    lost: tuple[StepPath, ...]
    gained: tuple[StepPath, ...]


@frozen
class Undecided:
    """It is not known whether records move from one scenario to another (None: any)."""

    before: str | None
    after: str | None


@frozen
class NotCompared:
    """Scenarios whose conditions name attributes that the versions do not share."""

    scenarios: tuple[str, ...]
    attributes: tuple[str, ...]


@frozen
class PlanDifference:
    """What differs in a plan that both versions have. `renamed` scenarios are by their old names; `dropped` are the
    steps that records lose which keep their scenario, by its new name."""

    old: Version
    new: Version
    edits: tuple[Edit, ...]
    renamed: Mapping[str, str]
    moves: tuple[Move, ...]
    undecided: tuple[Undecided, ...]
    not_compared: NotCompared | None
    dropped: Mapping[str, tuple[StepPath, ...]]

    @property
    def empty(self) -> bool:
        return not (self.edits or self.renamed or self.moves or self.undecided)

    @property
    def strands(self) -> bool:
        """Whether a running plan of the old version can have a step that the new one lacks, or its record no plan."""
        worse = any(move.lost or (move.after.error and not move.before.error) for move in self.moves)
        return bool(worse or self.dropped)


@frozen
class Difference:
    """What differs between two programs. `unseen`: they are not the same, but nothing that they do differs: their
    documentation does, or the order of writing."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    plans: tuple[PlanDifference, ...]
    edits: tuple[Edit, ...]
    unseen: bool

    @property
    def empty(self) -> bool:
        return not (self.removed or self.added or self.edits) and all(plan.empty for plan in self.plans)

    @property
    def strands(self) -> bool:
        return bool(self.removed) or any(plan.strands for plan in self.plans)
