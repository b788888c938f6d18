"""What a step instance is to the steps that wait for it, and what a wait makes of that.

A plain wait accepts every way of being finished: completed, skipped, expired. A wait with named outcomes accepts those.
Bypassed and discarded instances are ignored, and canceled ones where `canceled` is not named.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import TypeAlias

from dro_lang.kernel.states import StepState, StepStatus
from dro_lang.program.model import Outcome, Step, Wait


class Standing(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    SKIPPED_BRANCH = "skipped with its branch"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELED = "canceled"
    GONE = "gone"  # bypassed or discarded


class Verdict(StrEnum):
    MET = "met"
    OPEN = "open"
    DROPPED = "dropped"
    """A plain wait on nothing but bypassed steps, or on one skipped with its branch: it holds nothing back, unless the
    step waits for nothing else."""
    IMPOSSIBLE = "impossible"


# For what is done at every turn: to look up a member of an enum takes Python 3.11 longer than what is done with it.
_OPEN, _GONE, _SKIPPED_BRANCH = Standing.OPEN, Standing.GONE, Standing.SKIPPED_BRANCH
_HAVE_GONE = frozenset({StepStatus.BYPASSED, StepStatus.DISCARDED})
_OF_OUTCOMES = {outcome: Standing(outcome.value) for outcome in Outcome}

_FINISHED = frozenset({Standing.COMPLETED, Standing.SKIPPED, Standing.EXPIRED})
_IGNORED_BY_PLAIN = frozenset({Standing.GONE, Standing.CANCELED, Standing.SKIPPED_BRANCH})
_STANDINGS_OF = {
    Outcome.COMPLETED: frozenset({Standing.COMPLETED}),
    Outcome.SKIPPED: frozenset({Standing.SKIPPED, Standing.SKIPPED_BRANCH}),
    Outcome.EXPIRED: frozenset({Standing.EXPIRED}),
    Outcome.FAILED: frozenset({Standing.FAILED}),
    Outcome.CANCELED: frozenset({Standing.CANCELED}),
}


def standing_of(definition: Step, step: StepState) -> Standing:
    """How an instance of a step stands."""
    if step.status in _HAVE_GONE:
        return _GONE
    if step.outcome is None:
        return _OPEN
    if step.outcome is Outcome.SKIPPED and definition.skip_branch:
        return _SKIPPED_BRANCH
    return _OF_OUTCOMES[step.outcome]


@cache
def verdicts_of(outcomes: tuple[Outcome, ...]) -> Mapping[Standing, Verdict]:
    """What a wait for some outcomes makes of each standing: it accepts it, ignores it (DROPPED), waits for it to become
    one that it accepts, or can never be met."""
    if outcomes:
        accepted = frozenset[Standing]().union(*(_STANDINGS_OF[outcome] for outcome in outcomes))
        ignored = frozenset({Standing.GONE, Standing.CANCELED}) - accepted
    else:
        accepted, ignored = _FINISHED, _IGNORED_BY_PLAIN
    # What is completed may still be canceled.
    still = {Standing.OPEN, *([Standing.COMPLETED] if Standing.CANCELED in accepted else [])}
    return {
        standing: Verdict.DROPPED
        if standing in ignored
        else Verdict.MET
        if standing in accepted
        else Verdict.OPEN
        if standing in still
        else Verdict.IMPOSSIBLE
        for standing in Standing
    }


# ---- many instances, counted

Counts: TypeAlias = Mapping[Standing, int]
"""How many instances of a step stand how. No standing is named that none has."""


def counted(definition: Step, steps: Iterable[StepState]) -> Counts:
    """The counts of the instances of a step."""
    counts: dict[Standing, int] = {}
    for step in steps:
        standing = standing_of(definition, step)
        counts[standing] = counts.get(standing, 0) + 1
    return counts


def moved(counts: Counts, source: Standing, target: Standing) -> Counts:
    """The counts after one instance came from one standing into another."""
    changed = {**counts, target: counts.get(target, 0) + 1}
    changed[source] -= 1
    if not changed[source]:
        del changed[source]
    return changed


def holds_back(wait: Wait, counts: Counts) -> bool:
    """Whether a wait for all of these instances is open."""
    verdicts = {verdicts_of(wait.outcomes)[standing] for standing in counts}
    return Verdict.OPEN in verdicts and Verdict.IMPOSSIBLE not in verdicts
