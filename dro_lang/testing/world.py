"""What the world around a plan will do, decided before the plan begins: a value, so that a run can be repeated."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from attrs import field, frozen

from dro_lang.kernel.states import InstanceId
from dro_lang.program.values import Row

AT_ONCE = timedelta()


@frozen
class Behaviour:
    """How the world treats one step.

    The first attempts of an auto or a callout fail with these error codes (None: without one), the next one succeeds.
    `delay` is how long it takes until a person does a task, an asynchronous callout is answered, or somebody completes
    a step that has failed; None means that it never happens. `results` are what the person or the answer gives (None:
    some that fit).
    """

    failures: tuple[str | None, ...] = ()
    delay: timedelta | None = AT_ONCE
    results: Row | None = None


@frozen
class DataChange:
    """So long after the plan began, these attributes of its record get other values; None is unknown."""

    after: timedelta
    values: Row


class Verb(StrEnum):
    """What an operator does: to the plan or one of its items, to a step, to an integration."""

    AMEND = "amend"
    CANCEL = "cancel"
    DISCARD = "discard"
    OFFLINE = "offline"
    ONLINE = "online"


@frozen
class Operation:
    """So long after the plan began, an operator does something. The `target` of a change is an item (None: the plan),
    of a discard a step, otherwise an integration. A plan is frozen for a change, and unfrozen after it."""

    after: timedelta
    verb: Verb
    target: str | InstanceId | None = None


@frozen
class World:
    """The behaviour towards each step, the changes of data, and what operators do.

    A behaviour towards a step that runs for each item holds for all items, unless there is one for the item. Whatever
    is not named goes well, and at once.
    """

    behaviours: Mapping[InstanceId, Behaviour] = field(factory=dict)
    changes: tuple[DataChange, ...] = ()
    operations: tuple[Operation, ...] = ()

    def towards(self, step: InstanceId) -> Behaviour:
        """The behaviour towards a step instance; a copy of a compensation group is treated like its first one."""
        for item in (step.item, None):
            found = self.behaviours.get(InstanceId(step.group, step.step, item))
            if found is not None:
                return found
        return Behaviour()
