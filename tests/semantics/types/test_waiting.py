"""A result that counts as known is there whenever its reader runs, whatever way the plan went."""

from itertools import product

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.loader import Loader
from dro_lang.resources import resource
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.waiting import Waiting
from dro_lang.semantics.modules import gather
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse

OUTCOMES = ("completed", "skipped", "expired")


@frozen
class Step:
    """Waits are for earlier steps, by number, each with the outcomes that it accepts (none: all)."""

    waits: tuple[tuple[int, tuple[str, ...]], ...]
    any_of: bool
    only_if: bool
    skip_branch: bool
    expires: bool

    def text(self, number: int) -> str:
        clauses = []
        if self.waits:
            waits = ", ".join(f"s{other} {' or '.join(outcomes)}" for other, outcomes in self.waits)
            clauses.append(f"after {'any of ' if self.any_of else ''}{waits}")
        if self.only_if:
            clauses.append(f"only if wanted{' else skip branch' if self.skip_branch else ''}")
        if self.expires:
            clauses.append("expires after 1 day")
        return f"step s{number}: manual {{ {' '.join(clauses)} }}"


@st.composite
def groups(draw: st.DrawFn) -> list[Step]:
    steps = []
    for number in range(draw(st.integers(2, 5))):
        others = draw(st.lists(st.integers(0, number - 1), max_size=3, unique=True)) if number else []
        accepted = st.lists(st.sampled_from(OUTCOMES), max_size=2, unique=True).map(tuple)
        waits = tuple((other, draw(accepted)) for other in others)
        only_if = draw(st.booleans())
        steps.append(Step(waits, draw(st.booleans()), only_if, only_if and draw(st.booleans()), draw(st.booleans())))
    return steps


def ways(steps: list[Step]) -> list[tuple[str, ...]]:
    """What can become of each step: every way that the plan can go, as the language describes waits."""
    fates = [[*(["skipped"] if s.only_if else []), *(["expired"] if s.expires else []), "completed"] for s in steps]
    return [carried_out(steps, choice) for choice in product(*fates)]


def carried_out(steps: list[Step], fates: tuple[str, ...]) -> tuple[str, ...]:
    ended: list[str] = []
    for step, fate in zip(steps, fates, strict=True):
        ended.append(fate if starts(step, steps, ended) else "bypassed")
    return tuple(ended)


def starts(step: Step, steps: list[Step], ended: list[str]) -> bool:
    if not step.waits:
        return True
    met, dropped = [], []
    for other, outcomes in step.waits:
        cut_off = ended[other] == "skipped" and steps[other].skip_branch and len(step.waits) == 1
        dropped.append(not outcomes and (ended[other] == "bypassed" or cut_off))
        met.append(ended[other] in outcomes if outcomes else ended[other] != "bypassed" and not cut_off)
    if step.any_of:
        return any(met)
    return not all(dropped) and all(is_met or is_dropped for is_met, is_dropped in zip(met, dropped, strict=True))


def waiting(steps: list[Step]) -> Waiting:
    lines = "\n".join(step.text(number) for number, step in enumerate(steps))
    context = "context C { id : Id  start_date : Date  wanted : Boolean }"
    source = Source("steps.dro", f"language 1.0\n{context}\ngroup G for C {{\n{lines}\n}}\n")
    world, found = gather(source, parse(source), "steps", Loader(resource("stdlib")))
    assert not found
    [group] = [each for each in world.entry.tree.declarations if isinstance(each, ast.Group)]
    return Waiting(Lowering(world), group)


@settings(max_examples=200, deadline=None)
@given(groups())
def test_what_counts_as_completed_has_completed(steps: list[Step]) -> None:
    group = waiting(steps)
    places = [group.place(step) for step in group.home.steps]
    every_way = ways(steps)
    for reader, place in enumerate(places):
        for other, awaited in enumerate(places):
            if group.is_completed_before(place, awaited):
                assert group.is_before(place, awaited)
                assert all(way[other] == "completed" for way in every_way if way[reader] != "bypassed")


@settings(max_examples=100, deadline=None)
@given(groups())
def test_a_wait_for_completion_alone_is_enough(steps: list[Step]) -> None:
    group = waiting(steps)
    places = [group.place(step) for step in group.home.steps]
    for number, step in enumerate(steps):
        for other, outcomes in step.waits:
            if outcomes == ("completed",) and not (step.any_of and len(step.waits) > 1):
                assert group.is_completed_before(places[number], places[other])
