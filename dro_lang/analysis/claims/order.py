"""Whether one step is always finished when another one starts, by the waits that are written."""

from attrs import field, frozen

from dro_lang.analysis.claims.assumed import Assumed, StepAt
from dro_lang.analysis.claims.states import States
from dro_lang.program.model import Wait
from dro_lang.program.states import StepStatus
from dro_lang.program.tests import StepName


@frozen(eq=False)
class Orders:
    """Follows waits back to the step that is to be first."""

    assumed: Assumed
    states: States
    first: StepName
    _known: dict[StepAt, bool] = field(factory=dict, init=False)

    def holds_back(self, at: StepAt) -> bool:
        """Whether a step starts only when all instances of the first one that concern it are finished."""
        if at not in self._known:
            join = at.step.join
            decide = all if join is not None and join.any_of else any
            self._known[at] = join is not None and decide(self._by(at, wait) for wait in join.waits)
        return self._known[at]

    def _by(self, at: StepAt, wait: Wait) -> bool:
        awaited = self.assumed.target(at.home, wait.group, wait.step)
        if awaited is None:
            return False
        if (awaited.home.call.instance, awaited.step.name) == (self.first.group, self.first.step):
            return True
        # A step that is bypassed, or of no item at all, is out of the way before the steps that it waits for are.
        began = self.states.impossible(awaited, StepStatus.BYPASSED) is not None
        return began and (not awaited.step.per_item or self._is_per_item(awaited)) and self.holds_back(awaited)

    def _is_per_item(self, at: StepAt) -> bool:
        first = self.assumed.target(at.home, self.first.group, self.first.step)
        return first is not None and first.step.per_item
