"""Scenario selection, proved or refuted: no record with two scenarios, none without, no scenario without a record."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import inf

from attrs import frozen

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Example, NotKnown, Prover
from dro_lang.conditions.matching import matching
from dro_lang.conditions.normal import Normal, Truth, all_of, complement
from dro_lang.program.model import Plan, Policy, Program, Scenario


@frozen
class Overlap:
    """Two scenarios match one record where exactly one should."""

    first: str
    second: str
    example: Example


@frozen
class Gap:
    """No scenario matches this record."""

    example: Example


@frozen
class Dead:
    """No record gets the scenario; `earlier` where it matches some, but an earlier one always takes them."""

    scenario: str
    earlier: bool


@frozen
class Unproved:
    """It is not known whether two scenarios can meet, or (with none) whether every record has one."""

    scenarios: tuple[str, ...]
    spent: int
    exhausted: bool


Finding = Overlap | Gap | Dead | Unproved


def applies(plan: Plan) -> Mapping[str, Normal]:
    """When a record gets each scenario: it matches and, where the first one counts, none before it does."""
    matches = matching(plan)
    if plan.policy is not Policy.FIRST_MATCHING:
        return matches
    formulas: dict[str, Normal] = {}
    earlier: list[Normal] = []
    for name, formula in matches.items():
        formulas[name] = all_of((formula, *map(complement, earlier)))
        earlier.append(formula)
    return formulas


def examine(program: Program, plan: Plan, most_overlaps: float = inf) -> Iterator[Finding]:
    """Everything that can be said against the selection of a plan; nothing where all of it is proved. After so many
    overlaps no further pairs are looked at."""
    matches = matching(plan)
    others = {name: complement(formula) for name, formula in matches.items()}
    prover = Prover.of((*matches.values(), *others.values()), Records(program, plan))
    yield from _dead(plan, prover, matches, others)
    if plan.policy is not Policy.EXACTLY_ONE:
        return
    overlaps = 0
    told: set[str] = set()  # scenarios without a condition that have been found to overlap: they overlap all others
    for first, second in combinations(plan.scenarios, 2):
        if overlaps >= most_overlaps:
            break
        if apart_by_writing(first, second) or told & {first.name, second.name}:
            continue
        answer = prover.satisfy(matches[first.name], matches[second.name])
        if isinstance(answer, Example):
            overlaps += 1
            told.update(each.name for each in (first, second) if matches[each.name] == Truth(True))
            yield Overlap(first.name, second.name, answer)
        elif isinstance(answer, NotKnown):
            yield Unproved((first.name, second.name), answer.spent, answer.exhausted)
    if any(scenario.otherwise for scenario in plan.scenarios):
        return
    answer = prover.satisfy(*others.values())
    if isinstance(answer, Example):
        yield Gap(answer)
    elif isinstance(answer, NotKnown):
        yield Unproved((), answer.spent, answer.exhausted)


def exclusive(program: Program, plan: Plan) -> bool:
    """Whether it is proved that no two scenarios match one record."""
    return plan.policy is Policy.EXACTLY_ONE and not any(
        isinstance(finding, Overlap) or (isinstance(finding, Unproved) and finding.scenarios)
        for finding in examine(program, plan, most_overlaps=1)
    )


def _dead(plan: Plan, prover: Prover, matches: Mapping[str, Normal], others: Mapping[str, Normal]) -> Iterator[Dead]:
    earlier: list[Normal] = []
    for name, formula in matches.items():
        if prover.never(formula):
            yield Dead(name, earlier=False)
        elif plan.policy is Policy.FIRST_MATCHING:
            if prover.never(formula, *earlier):
                yield Dead(name, earlier=True)
            earlier.append(others[name])


def apart_by_writing(first: Scenario, second: Scenario) -> bool:
    """Whether `otherwise` or `unless` alone keeps two scenarios apart."""
    return first.otherwise or second.otherwise or first.name in second.unless or second.name in first.unless
