"""What is the same for all plans that hold the same groups and step instances: who is a member of what, and who waits
for whom. Worked out once for all of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from dro_lang.kernel.rules import level_of
from dro_lang.kernel.states import GroupInstance, GroupKey, InstanceId
from dro_lang.program.model import AttributeDefinition, ServiceLevel, Step, Wait

if TYPE_CHECKING:
    from dro_lang.kernel.blueprint import Blueprint

StepKey: TypeAlias = tuple[GroupKey, str]
"""A step of a group in a plan, with all its instances."""


@frozen(eq=False)
class Awaited:
    """A wait of a step instance: the step that it is for, and the places of the instances that are meant."""

    wait: Wait
    target: StepKey
    places: Sequence[int]


@frozen(eq=False)
class Role:
    """What one step instance is in its plan: its place, the step as it was written, what that takes and gives, its
    service level, the waits that hold it back, and those that it ends, each with the places of the instances that
    wait. `looks_daily`: it looks at its condition at midnight."""

    place: int
    key: StepKey
    definition: Step
    takes: tuple[AttributeDefinition, ...]
    gives: tuple[AttributeDefinition, ...]
    level: ServiceLevel | None
    looks_daily: bool
    waits: tuple[Awaited, ...]
    dependents: tuple[tuple[Wait, Sequence[int]], ...]


class Roles(dict[InstanceId, Role]):
    """What each instance of a plan is. Worked out when it is first asked for. Raises KeyError for one that is not
    there."""

    def __init__(self, make: Callable[[InstanceId], Role]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, instance: InstanceId) -> Role:
        role = self[instance] = self._make(instance)
        return role


@frozen(eq=False)
class Layout:
    """`order` has the instances in their fixed order, and `places` tells the place of each in it. `names` has the
    groups' own names, `members` the places of a step's instances. `dependents` are the steps that wait for a step, each
    with its wait. `compensated` is whether any group is one of compensation."""

    blueprint: "Blueprint"
    names: Mapping[GroupKey, str]
    order: Sequence[InstanceId]
    places: Mapping[InstanceId, int]
    members: Mapping[StepKey, Sequence[int]]
    dependents: Mapping[StepKey, Sequence[tuple[StepKey, Wait]]]
    compensated: bool
    roles: Roles = field(init=False, repr=False)

    @roles.default
    def _made(self) -> Roles:
        return Roles(self._role)

    @classmethod
    def of(cls, blueprint: "Blueprint", groups: Sequence[GroupInstance], order: Sequence[InstanceId]) -> "Layout":
        members: dict[StepKey, list[int]] = {}
        for place, instance in enumerate(order):
            members.setdefault((instance.group_key, instance.step), []).append(place)
        dependents: dict[StepKey, list[tuple[StepKey, Wait]]] = {}
        for group in groups:
            for step in blueprint.group(group.group).steps:
                for wait in step.join.waits if step.join else ():
                    dependents.setdefault(awaited(group.key, wait), []).append(((group.key, step.name), wait))
        return cls(
            blueprint=blueprint,
            names={group.key: group.group for group in groups},
            order=order,
            places={instance: place for place, instance in enumerate(order)},
            members=members,
            dependents=dependents,
            compensated=any(group.cause is not None for group in groups),
        )

    def definition(self, key: StepKey) -> Step:
        """A step as it was written."""
        return self.blueprint.step(self.names[key[0]], key[1])

    def _role(self, instance: InstanceId) -> Role:
        key = instance.group_key, instance.step
        definition = self.definition(key)
        return Role(
            place=self.places[instance],
            key=key,
            definition=definition,
            takes=self.blueprint.takes(definition),
            gives=self.blueprint.gives(definition),
            level=level_of(self.blueprint, definition),
            looks_daily=self.blueprint.looks_daily(self.names[key[0]], instance.step),
            waits=tuple(self._awaited(instance, wait) for wait in (definition.join.waits if definition.join else ())),
            dependents=tuple(
                (wait, self._meant(waiting, wait.same_item, instance.item))
                for waiting, wait in self.dependents.get(key, ())
            ),
        )

    def _awaited(self, instance: InstanceId, wait: Wait) -> Awaited:
        target = awaited(instance.group_key, wait)
        return Awaited(wait, target, self._meant(target, wait.same_item, instance.item))

    def _meant(self, key: StepKey, same_item: bool, item: str | None) -> Sequence[int]:
        """The places of a step's instances: all of them, or that of one item."""
        if not same_item:
            return self.members.get(key, ())
        place = self.places.get(InstanceId(key[0].name, key[1], item, key[0].copy))
        return () if place is None else (place,)

    @cached_property
    def awaited_as_a_whole(self) -> tuple[StepKey, ...]:
        """The steps of which something waits for all instances, where they have several."""
        return tuple(
            key
            for key, waiting in self.dependents.items()
            if len(self.members.get(key, ())) > 1 and not all(wait.same_item for _, wait in waiting)
        )

    @cached_property
    def scheduled(self) -> tuple[int, ...]:
        """The places of the instances that have a date to start on."""
        return self._where(lambda role: role.definition.starts is not None)

    @cached_property
    def free(self) -> tuple[int, ...]:
        """The places of the instances that nothing holds back while all are pending."""
        return self._where(_is_free)

    def _where(self, chosen: Callable[[Role], bool]) -> tuple[int, ...]:
        return tuple(place for place, instance in enumerate(self.order) if chosen(self.roles[instance]))


def _is_free(role: Role) -> bool:
    """A wait for no instance at all is met."""
    join = role.definition.join
    met = (not each.places for each in role.waits)
    return join is None or (any(met) if join.any_of else all(met))


def awaited(group: GroupKey, wait: Wait) -> StepKey:
    """The step that a wait of a step in a group is for."""
    return (group if wait.group is None else GroupKey(wait.group)), wait.step
