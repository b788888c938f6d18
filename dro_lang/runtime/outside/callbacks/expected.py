"""What answers a callout, by the state of its plan."""

from dro_lang.kernel.commands import Key
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanState
from dro_lang.program.model import StepKind
from dro_lang.runtime.outside.callbacks.handler import Expected


def expected(kernel: Kernel, state: PlanState, key: Key) -> Expected | None:
    """What answers the callout of a key; None where this plan has made none. Whether it is still awaited the plan says
    when it gets the answer."""
    group = state.group(key.step.group_key)
    if group is None or state.step(key.step) is None:
        return None
    step = kernel.blueprint.step(group.group, key.step.step)
    if step.kind is not StepKind.CALLOUT or step.target is None:
        return None
    integration = kernel.program.integrations[step.target]
    return Expected(integration, kernel.program) if integration.asynchronous else None
