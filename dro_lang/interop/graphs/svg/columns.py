"""Where slots stand from left to right: near what they are joined with, in the order of their rank, never closer than
they may."""

from collections.abc import Sequence
from itertools import pairwise

from dro_lang.interop.graphs.svg.layers import Slot

SWEEPS = 15
"""An odd number, so that the last one goes down: what stands above is straight, as people read."""

NODE_GAP, EDGE_GAP = 26, 10


def place_columns(rows: Sequence[Sequence[Slot]], lane: int) -> tuple[float, float]:
    """Set `x` of a lane's slots, and give the span that they fill. Edges from other lanes do not move them."""
    own = [[slot for slot in row if slot.lane == lane] for row in rows]
    for row in own:
        _spread(row, [0.0] * len(row))
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in own if down else reversed(own):
            _spread(row, [_wanted(slot, down) for slot in row])
    slots = [slot for row in own for slot in row]
    left = min((slot.x - slot.width / 2 for slot in slots), default=0)
    right = max((slot.x + slot.width / 2 for slot in slots), default=0)
    return left, right


def _wanted(slot: Slot, down: bool) -> float:
    """The mean of what the slot is joined with in its lane, on the side that a sweep comes from, else on the other."""
    above, below = ([one for one in side if one.lane == slot.lane] for side in (slot.above, slot.below))
    near = [(one, _pull(slot, one)) for one in (above or below if down else below or above)]
    return sum(one.x * pull for one, pull in near) / sum(pull for _, pull in near) if near else slot.x


def _pull(slot: Slot, other: Slot) -> int:
    """How much two joined slots want to stand below each other: the parts of a passing edge most, so that it is
    straight; then a label and the step above it, to which it belongs."""
    if not slot.node and not other.node:
        return 8
    label, step = (slot, other) if other.node else (other, slot)
    return 1 if label.node or label.rank < step.rank else 4


def _spread(row: Sequence[Slot], wanted: Sequence[float]) -> None:
    """The places nearest to those wanted (least squares) that keep the order and the gaps: isotonic regression by
    pooling neighbours that violate it (Ayer, Brunk, Ewing, Reid, Silverman, 1955)."""
    offsets = [0.0]
    for left, right in pairwise(row):
        gap = NODE_GAP if left.node and right.node else EDGE_GAP
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + gap)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        mean, count = want - offset, 1
        while pools and pools[-1][0] >= mean:
            other, many = pools.pop()
            mean = (mean * count + other * many) / (count + many)
            count += many
        pools.append((mean, count))
    places = [mean for mean, count in pools for _ in range(count)]
    for slot, place, offset in zip(row, places, offsets, strict=False):
        slot.x = place + offset
