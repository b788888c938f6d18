"""Whether what a step waits for is met, open, or can never be met.

A plain wait accepts every way of being finished: completed, skipped, expired. A wait with named outcomes accepts those.
Bypassed and discarded instances are ignored, and canceled ones where `canceled` is not named; no instance at all is a
wait that is met.
"""

from datetime import datetime
from functools import reduce

from attrs import frozen

from dro_lang.kernel.board import Board, Tally
from dro_lang.kernel.layout import Awaited
from dro_lang.kernel.standings import Verdict, holds_back, verdicts_of
from dro_lang.kernel.states import InstanceId
from dro_lang.program.model import Wait

# For what is done at every turn: to look up a member of an enum takes Python 3.11 longer than what is done with it.
_MET, _OPEN, _DROPPED, _IMPOSSIBLE = Verdict


@frozen
class Judgement:
    """A verdict: since when (`at`, of MET; None: since ever), and the wait and the instance that it rests on."""

    verdict: Verdict
    at: datetime | None = None
    wait: Wait | None = None
    instance: InstanceId | None = None


def judge_join(board: Board, instance: InstanceId) -> Judgement:
    """The verdict on everything that a step instance waits for; DROPPED never, as it would then wait for nothing."""
    role = board.roles[instance]
    join = role.definition.join
    if join is None:
        return Judgement(_MET)
    judgements = [_at_a_glance(board, each) or judge(each.wait, board.tally(each)) for each in role.waits]
    if len(judgements) == 1 and judgements[0].verdict is not _DROPPED:
        return judgements[0]
    return _any_of(judgements) if join.any_of else _all_of(judgements)


def _at_a_glance(board: Board, awaited: Awaited) -> Judgement | None:
    """The verdict on a wait that some of many instances hold back, without a look at each."""
    counts = board.standings(awaited)
    return Judgement(_OPEN, None, awaited.wait) if counts is not None and holds_back(awaited.wait, counts) else None


def open_waits(board: Board, instance: InstanceId) -> list[Wait]:
    """The waits of a pending step that hold it back."""
    waits = board.roles[instance].waits
    return [each.wait for each in waits if judge(each.wait, board.tally(each)).verdict is _OPEN]


def judge(wait: Wait, tally: Tally) -> Judgement:
    """The verdict on one wait, from how the instances stand that it is for."""
    if not tally:
        return Judgement(_MET, None, wait)
    verdicts = verdicts_of(wait.outcomes)
    found: dict[Verdict, tuple[datetime | None, InstanceId]] = {}
    for standing, latest in tally.items():
        verdict = verdicts[standing]
        if verdict is _MET and verdict in found:
            found[verdict] = later_of(found[verdict][0], latest[0]), latest[1]
        else:
            found.setdefault(verdict, latest)
    for verdict in (_IMPOSSIBLE, _OPEN):
        if verdict in found:
            return Judgement(verdict, None, wait, found[verdict][1])
    if _MET in found:
        return Judgement(_MET, found[_MET][0], wait)
    nothing_left = _IMPOSSIBLE if wait.outcomes else _DROPPED
    return Judgement(nothing_left, None, wait, found[_DROPPED][1])


def _all_of(judgements: list[Judgement]) -> Judgement:
    for verdict in (_IMPOSSIBLE, _OPEN):
        found = next((judgement for judgement in judgements if judgement.verdict is verdict), None)
        if found is not None:
            return found
    met = [judgement for judgement in judgements if judgement.verdict is _MET]
    if not met:
        dropped = judgements[0]
        return Judgement(_IMPOSSIBLE, None, dropped.wait, dropped.instance)
    return Judgement(_MET, reduce(later_of, (judgement.at for judgement in met)))


def _any_of(judgements: list[Judgement]) -> Judgement:
    met = [judgement for judgement in judgements if judgement.verdict is _MET]
    if met:
        moments = [judgement.at for judgement in met]
        return Judgement(_MET, None if None in moments else min(m for m in moments if m is not None))
    found = next((judgement for judgement in judgements if judgement.verdict is _OPEN), None)
    if found is not None:
        return found
    return Judgement(_IMPOSSIBLE, None, judgements[0].wait, judgements[0].instance)


def later_of(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later one of those that are known."""
    if one is None or (other is not None and other > one):
        return other
    return one
