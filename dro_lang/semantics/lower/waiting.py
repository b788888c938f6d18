"""Which steps a step waits for, through others too, and which of them must have completed when it starts."""

from collections.abc import Callable

from attrs import define, field, frozen

from dro_lang.program.model import Outcome
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.steps import clause, is_per_item, step_named
from dro_lang.syntax import ast

Key = tuple[str | None, str]
"""A step as seen from the reader's group: the name of its group's instance (None: the reader's own), and its name."""


@frozen(eq=False)
class Place:
    """A step of the plans that a group is part of."""

    instance: str | None
    group: ast.Group
    step: ast.Step

    @property
    def key(self) -> Key:
        return self.instance, self.step.name.text


@define(eq=False)
class Waiting:
    """The waits of a group's steps. Waits that stand for no step are left out; cycles do no harm."""

    lowering: Lowering
    home: ast.Group
    _found: dict[Key, list[tuple[ast.Dependency, Place]]] = field(factory=dict)
    _bypassed: dict[Key, bool] = field(factory=dict)

    def place(self, step: ast.Step) -> Place:
        """A step of the group itself."""
        return Place(None, self.home, step)

    def instance(self, name: str) -> ast.Group | None:
        """The group that runs under a name beside this one: by its own name, or as a scenario calls it."""
        if not name[0].isupper():
            return self.lowering.aliases.get(self.home, {}).get(name)
        symbol = self.lowering.world.names[self.lowering.world.module_of(self.home).path].get(name)
        declaration = symbol.declaration if symbol else None
        return declaration if isinstance(declaration, ast.Group) else None

    def is_before(self, place: Place, other: Place) -> bool:
        """Whether a step waits for another one, directly or through others."""
        seen: set[Key] = set()
        todo = [place]
        while todo:
            for _, awaited in self._waits(todo.pop()):
                if awaited.key == other.key:
                    return True
                if awaited.key not in seen:
                    seen.add(awaited.key)
                    todo.append(awaited)
        return False

    def is_completed_before(self, place: Place, other: Place) -> bool:
        """Whether a step never starts without another one's completion."""
        known = {other.key: False}  # what it waits for itself does not matter

        def needs(here: Place) -> bool:
            waits = self._waits(here)
            others = len(waits) > 1 and not _is_any_of(here.step)
            met = [self._needs(wait, awaited, other, known, others) for wait, awaited in waits]
            return bool(met) and (all(met) if _is_any_of(here.step) else any(met))

        return needs(place) or self._settle(place, known, needs)

    def _needs(self, wait: ast.Dependency, awaited: Place, other: Place, known: dict[Key, bool], others: bool) -> bool:
        """Whether a wait is met only with the other step completed. It may be dropped if its step is bypassed and
        others remain; a wait for every item passes over the instances that are bypassed."""
        outcomes = _outcomes(wait)
        every = is_per_item(awaited.step) and not isinstance(wait.scope, ast.SameScope)
        if (every or (others and not outcomes)) and self._may_be_bypassed(awaited):
            return False
        if awaited.key != other.key:
            return known.get(awaited.key, False)
        return outcomes == {Outcome.COMPLETED} or (not outcomes and _can_only_complete(awaited.step))

    def _may_be_bypassed(self, place: Place) -> bool:
        """Whether a wait of the step can become one that is never met."""

        def may_be(here: Place) -> bool:
            waits = self._waits(here)
            lost = [self._may_be_lost(wait, awaited) for wait, awaited in waits]
            if all(lost) or _is_any_of(here.step):
                return bool(waits) and all(lost)
            return any(is_lost and wait.outcomes for is_lost, (wait, _) in zip(lost, waits, strict=True))

        return self._settle(place, self._bypassed, may_be)

    def _settle(self, place: Place, known: dict[Key, bool], rule: Callable[[Place], bool]) -> bool:
        """What a rule says of a step, once `known` holds what it says of all that the step waits for (of a cycle, of
        which nothing is promised, only of some). In place of recursion, as chains of steps may be long."""
        todo = [place]
        opened: set[Key] = set()
        while todo:
            here = todo[-1]
            if here.key not in known and here.key not in opened:
                opened.add(here.key)
                todo += [awaited for _, awaited in self._waits(here) if awaited.key not in opened]
            else:
                todo.pop()
                if here.key not in known:
                    known[here.key] = rule(here)
        return known[place.key]

    def _may_be_lost(self, wait: ast.Dependency, awaited: Place) -> bool:
        """Whether a step can end in a way that a wait for it does not accept."""
        outcomes = _outcomes(wait)
        only_if = clause(awaited.step, ast.OnlyIf)
        if self._bypassed.get(awaited.key, True):
            return True
        if not outcomes:
            return only_if is not None and only_if.skip_branch
        possible = {Outcome.COMPLETED}
        if only_if is not None:
            possible.add(Outcome.SKIPPED)
        if clause(awaited.step, ast.Expires) is not None:
            possible.add(Outcome.EXPIRED)
        if awaited.step.name.text in self.lowering.failing:
            possible.add(Outcome.FAILED)
        return not possible <= outcomes

    def _waits(self, place: Place) -> list[tuple[ast.Dependency, Place]]:
        if place.key not in self._found:
            after = clause(place.step, ast.After)
            waits = ((wait, self._awaited(place, wait.step)) for wait in (after.dependencies if after else ()))
            self._found[place.key] = [(wait, awaited) for wait, awaited in waits if awaited is not None]
        return self._found[place.key]

    def _awaited(self, place: Place, reference: ast.StepReference) -> Place | None:
        instance, group = place.instance, place.group
        if reference.group is not None:
            name = reference.group.text
            own = name == self.home.name.text
            other = self.home if own else self.instance(name)
            if other is None:
                return None
            instance, group = None if own else name, other
        step = step_named(group, reference.step.text)
        return None if step is None else Place(instance, group, step)


def _can_only_complete(step: ast.Step) -> bool:
    return clause(step, ast.OnlyIf) is None and clause(step, ast.Expires) is None


def _is_any_of(step: ast.Step) -> bool:
    after = clause(step, ast.After)
    return after is not None and after.any_of


def _outcomes(wait: ast.Dependency) -> set[Outcome]:
    return {Outcome(name.text) for name in wait.outcomes if name.text in list(Outcome)}
