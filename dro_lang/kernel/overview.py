"""What a turn would have to look at every step of a plan for. It hands it on with the state instead, so that the next
one looks at those alone that can do something."""

from attrs import frozen

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.layout import Layout
from dro_lang.kernel.states import PlanState, StepStatus


@frozen(eq=False)
class Overview:
    """`begun` has the places, in order, of the steps that are neither pending nor finished, `left` counts those that
    are not finished."""

    layout: Layout
    begun: tuple[int, ...]
    left: int

    @classmethod
    def of(cls, blueprint: Blueprint, state: PlanState) -> "Overview":
        """That of a state: as the turn that made it left it, else from its steps."""
        known = state.overview
        if isinstance(known, Overview) and known.layout.blueprint is blueprint:
            return known
        layout = blueprint.layout(state.groups, tuple(step.id for step in state.steps))
        left = [place for place, step in enumerate(state.steps) if not step.finished]
        begun = tuple(place for place in left if state.steps[place].status is not StepStatus.PENDING)
        made = cls(layout, begun, len(left))
        made.keep(state)
        return made

    def keep(self, state: PlanState) -> None:
        """Hand it on with the state that it is of."""
        object.__setattr__(state, "overview", self)
