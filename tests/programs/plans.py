"""Plans: clauses, and scenarios under each policy, whose proofs hold by construction where that is asked for."""

from itertools import pairwise

from attrs import frozen
from hypothesis import strategies as st

from tests.programs.expressions import condition
from tests.programs.steps import LEVELS, GroupShape, call, retry
from tests.programs.vocabulary import ZONES, Declaration, Vocabulary
from tests.programs.words import ORDERED, Field, doc, often, one, rarely, some, written

POLICIES = ("every matching", "first matching", "exactly one")
SCENARIOS = ("gentle", "firm", "scenario", "rest")


@frozen
class Selector:
    """When a scenario matches: its `when`, `otherwise`, and `unless`."""

    when: str | None = None
    otherwise: bool = False
    unless: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        lines = ["otherwise"] if self.otherwise else []
        lines += [f"when {self.when}"] if self.when else []
        return lines + ([f"unless {', '.join(self.unless)}"] if self.unless else [])


@frozen
class PlanShape:
    """What tests can ask of a plan; `groups` are those that it runs."""

    name: str
    scenarios: tuple[str, ...]
    groups: tuple[GroupShape, ...]


def plan(
    draw: st.DrawFn, words: Vocabulary, groups: list[GroupShape], proofs_hold: bool, name: str = "Care_for"
) -> tuple[PlanShape, Declaration]:
    policy = one(draw, POLICIES)
    names = SCENARIOS[: one(draw, (1, 2, 3, 4, 2, 3))]
    selectors = _proved(draw, words, policy, names) if proofs_hold else _free(draw, words, names)
    fixed = {group.name: call(draw, group, words.scope) for group in groups}
    names = names[: len(selectors)]
    ran: list[GroupShape] = []
    texts = []
    for scenario, selector in zip(names, selectors, strict=True):
        run = _closed(some(draw, groups, 1))
        ran += [group for group in run if group not in ran]
        # Under `every matching`, a group has the same arguments wherever it runs.
        calls = [fixed[group.name] if policy == "every matching" else call(draw, group, words.scope) for group in run]
        named = [f"{text} as {group.alias}" if group.alias else text for text, group in zip(calls, run, strict=True)]
        free = [group for group in run if not group.alias and not group.after]
        if free and rarely(draw):
            again = one(draw, free)
            named.append(f"{call(draw, again, words.scope)} as {scenario}_again")
        lines = [*selector.lines, f"run {', '.join(named)}"]
        if rarely(draw):
            lines.insert(0, f"usage {words.usage}")
        texts.append(
            f"{doc(draw, '  ')}  scenario {scenario} {{\n" + "".join(f"    {line}\n" for line in lines) + "  }\n"
        )
    clauses = _clauses(draw, words, policy)
    head = "".join(f"  {clause}\n" for clause in clauses)
    text = f"{doc(draw)}plan {name} for {words.context} {{\n{head}{''.join(texts)}}}"
    return PlanShape(name, names, tuple(ran)), Declaration(name, text, frozenset(words.mappings))


def _closed(groups: list[GroupShape]) -> list[GroupShape]:
    """The groups with those beside which they must stand, each once."""
    found: list[GroupShape] = []
    for group in groups:
        for each in (*_closed(list(group.after)), group):
            if each not in found:
                found.append(each)
    return found


def _clauses(draw: st.DrawFn, words: Vocabulary, policy: str) -> list[str]:
    clauses = [f"usage {words.usage}", f"choose {policy} scenario"]
    if draw(st.booleans()):
        clauses.append(f"version {draw(st.integers(1, 12))}")
    clauses += [f"calendar {each}" for each in words.calendars]
    if draw(st.booleans()):
        clauses.append(f'timezone "{one(draw, ZONES)}"')
    if rarely(draw):
        clauses.append(f"priority {one(draw, ('default', 'high', 'bulk'))}")
    targets = ["auto", "callout", *(f"auto {each.name}" for each in words.actions)]
    targets += [f"callout {each.name}" for each in words.integrations]
    for target in some(draw, targets, most=2):
        code = one(draw, ("", ' on "BUSY"', ' on "a \\"code\\""'))
        clauses.append(f"fallout for {target}{code} {retry(draw, words.queues)}")
    for target in some(draw, ["manual", *targets], most=2):
        clauses.append(f"service level for {target} {one(draw, LEVELS)}")
    return draw(st.permutations(clauses)) if rarely(draw) else clauses


# ---- scenarios


def _free(draw: st.DrawFn, words: Vocabulary, names: tuple[str, ...]) -> list[Selector]:
    """Anything that is well-typed: scenarios may overlap, leave gaps, or never apply."""
    made = []
    for position, _ in enumerate(names):
        if position and position == len(names) - 1 and draw(st.booleans()):
            made.append(Selector(otherwise=True))
            continue
        when = condition(draw, words.selection, 2) if often(draw) else None
        made.append(Selector(when, unless=tuple(some(draw, names[:position], most=2))))
    return made


def _proved(draw: st.DrawFn, words: Vocabulary, policy: str, names: tuple[str, ...]) -> list[Selector]:
    """Scenarios that all apply to some record and, with `exactly one`, one of which applies to every record.

    They divide the values of one attribute among themselves; what else stands in them is about another one, so that
    it can hold, and fail, with any value of the first.
    """
    splittable = [each for each in words.choices or words.attributes if _is_splittable(each)]
    if len(names) == 1 or not splittable:
        return [Selector()]
    if policy == "every matching" and draw(st.booleans()):
        return _side_by_side(draw, splittable, names)
    key = one(draw, splittable)
    parts = _parts(draw, key, len(names))
    others = [each for each in splittable if each is not key]
    made: list[Selector] = []
    exactly = policy == "exactly one"
    with_rest = len(parts) > 2 and draw(st.booleans())
    first = _either_way(draw, one(draw, others)) if others and with_rest and draw(st.booleans()) else None
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if first is not None and position == 0:
            made.append(Selector(first))
        elif last and with_rest:
            made.append(Selector(otherwise=True))
        else:
            extra = others and (with_rest or not exactly) and draw(st.integers(0, 2)) == 2
            when = f"({part}) and {_either_way(draw, one(draw, others))}" if extra and first is None else part
            made.append(Selector(when, unless=(names[0],) if first is not None else ()))
    return made


def _side_by_side(draw: st.DrawFn, splittable: list[Field], names: tuple[str, ...]) -> list[Selector]:
    """Scenarios that may meet, each about one attribute; `unless` names one that is about another."""
    subjects = [one(draw, [None, *splittable]) for _ in names]
    made: list[Selector] = []
    for position, subject in enumerate(subjects):
        apart = [
            name
            for name, other, selector in zip(names, subjects[:position], made, strict=False)
            if other is not None and other is not subject and not selector.unless
        ]
        when = None if subject is None else _either_way(draw, subject)
        made.append(Selector(when, unless=tuple(some(draw, apart, most=1))))
    return made


def _is_splittable(field: Field) -> bool:
    known = field.kind == "Boolean" or len(field.constants) > 1 or field.kind in ("Integer", "Date")
    wide = field.low is None or field.high is None or field.high > field.low
    return field.optional or (known and wide)


def _either_way(draw: st.DrawFn, field: Field) -> str:
    """A condition that holds for some values of the field and fails for others."""
    if field.optional:
        return f"{field.name} is {one(draw, ('known', 'unknown'))}"
    return f"({_parts(draw, field, 2)[draw(st.integers(0, 1))]})"


def _parts(draw: st.DrawFn, field: Field, count: int) -> list[str]:
    """At most so many conditions, each of which some value satisfies, and one of which every value satisfies."""
    name = field.name
    if field.optional:
        inner = Field(name, field.kind, False, field.low, field.high, field.places, field.constants)
        if count > 2 and _is_splittable(inner):
            return [f"{name} is unknown", *(f"{name} is known and ({part})" for part in _parts(draw, inner, count - 1))]
        return [f"{name} is unknown", f"{name} is known"]
    if field.kind == "Boolean":
        return [name, f"not {name}"]
    if field.constants:
        order = draw(st.permutations(field.constants))
        count = min(count, len(order))
        sets = [[constant] for constant in order[: count - 1]] + [list(order[count - 1 :])]
        return [f"{name} in {{ {', '.join(each)} }}" if len(each) > 1 else f"{name} = {each[0]}" for each in sets]
    assert field.kind in ORDERED
    low = field.low if field.low is not None else (field.high or 10) - 9
    high = field.high if field.high is not None else low + 9
    inside = list(range(low + 1, high + 1))
    cuts = sorted(some(draw, inside, 1, count - 1))
    found = [f"{name} < {written(field, cuts[0])}"]
    found += [f"{name} in {written(field, a)}..{written(field, b - 1)}" for a, b in pairwise(cuts)]
    return [*found, f"{name} >= {written(field, cuts[-1])}"]
