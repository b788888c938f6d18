"""Tests and properties: simple ones, of which the checker has nothing to say."""

from hypothesis import strategies as st

from tests.programs.expressions import condition
from tests.programs.plans import PlanShape
from tests.programs.vocabulary import Vocabulary
from tests.programs.words import Field, doc, duration, literal, one, some


def test(draw: st.DrawFn, words: Vocabulary, plan: PlanShape, number: int) -> str:
    lines = [f"today 2026-03-{draw(st.integers(1, 28)):02}", f"given {given(draw, words)}"]
    steps = [f"{group.instance}.{step.name}" for group in plan.groups for step in group.steps]
    results = {
        f"{group.instance}.{step.name}": step.gives
        for group in plan.groups
        for step in group.steps
        if not step.per_item
    }
    for _ in range(draw(st.integers(0, 4))):
        options = [
            f"advance {duration(draw)}",
            "advance to 2026-05-01",
            f"expect scenario {one(draw, plan.scenarios)}",
            "expect plan in_progress",
            f"expect step {one(draw, steps)} {one(draw, ('pending', 'completed', 'bypassed', 'ready'))}",
            "freeze",
            "unfreeze",
            "cancel",
        ]
        options += [f"offline {each.name}" for each in words.integrations]
        if results:
            step = one(draw, list(results))
            options.append(f"complete {step}{_object(draw, results[step])}")
        changed = some(draw, [each for each in words.attributes if each.name != "id"], 1, 2)
        options += [f"set {_object(draw, tuple(changed))}"] if changed else []
        lines.append(one(draw, options))
    name = f"test {number}"
    body = "".join(f"  {line}\n" for line in lines)
    return f'{doc(draw)}test "{name}" for {plan.name} {{\n{body}}}'


def property_(draw: st.DrawFn, words: Vocabulary, plan: PlanShape) -> str:
    steps = [f"{group.instance}.{step.name}" for group in plan.groups for step in group.steps]
    claim = one(
        draw,
        (
            "plan ends",
            "plan ends within 90 days",
            f"never step {one(draw, steps)} fatally_failed",
            f"always scenario {one(draw, plan.scenarios)}",
            f"step {one(draw, steps)} before step {one(draw, steps)}",
        ),
    )
    assume = f"  assume {condition(draw, words.scope, 1)}\n" if draw(st.booleans()) else ""
    return f'{doc(draw)}property "claim" for {plan.name} {{\n{assume}  {claim}\n}}'


def given(draw: st.DrawFn, words: Vocabulary) -> str:
    lists = []
    for name, members in words.lists:
        rows = [
            _object(draw, tuple(each for each in members if each.name != "id"), id_of(members, f"{name}-{number}"))
            for number in range(draw(st.integers(0, 2)))
        ]
        lists.append(f"{name}: [{', '.join(rows)}]")
    attributes = tuple(each for each in words.attributes if each.name != "id")
    return _object(draw, attributes, 'id: "C-1"', *lists)


def id_of(members: tuple[Field, ...], text: str) -> str:
    return f'id: "{text}"' if any(each.name == "id" for each in members) else ""


def _object(draw: st.DrawFn, members: tuple[Field, ...], *others: str) -> str:
    parts = [part for part in others if part]
    for each in members:
        if not each.optional or draw(st.booleans()):
            parts.append(f"{each.name}: {literal(draw, each)}")
        elif draw(st.booleans()):
            parts.append(f"{each.name}: unknown")
    return f"{{ {', '.join(parts)} }}" if parts else "{}"
