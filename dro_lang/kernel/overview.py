"""What a turn would have to look at every step of a plan for. It hands it on with the state instead, so that the next
one looks at those alone that can do something."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from dro_lang.kernel.begun import Begun
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.layout import Layout, StepKey
from dro_lang.kernel.standings import Counts, counted
from dro_lang.kernel.states import PlanState, StepState


@frozen(eq=False)
class Overview:
    """The steps that have `begun`, how many are `left` that are not finished, and the `counts` of those that are waited
    for as a whole."""

    layout: Layout
    begun: Begun
    left: int
    counts: Mapping[StepKey, Counts]

    @classmethod
    def of(cls, blueprint: Blueprint, state: PlanState) -> "Overview":
        """That of a state: as the turn that made it left it, else from its steps."""
        known = state.overview
        if isinstance(known, Overview) and known.layout.blueprint is blueprint:
            return known
        layout = blueprint.layout(state.groups, tuple(step.id for step in state.steps))
        made = cls.worked_out(layout, state.steps)
        made.keep(state)
        return made

    @classmethod
    def worked_out(cls, layout: Layout, steps: Sequence[StepState]) -> "Overview":
        """That of some steps, of which nothing is known yet."""
        counts = {
            key: counted(layout.definition(key), (steps[place] for place in layout.members[key]))
            for key in layout.awaited_as_a_whole
        }
        return cls(layout, Begun.of(layout.roles, steps), sum(not step.finished for step in steps), counts)

    def keep(self, state: PlanState) -> None:
        """Hand it on with the state that it is of."""
        object.__setattr__(state, "overview", self)
