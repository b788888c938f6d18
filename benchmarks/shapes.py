"""Plans of many scenarios in several shapes, for `many.py`: what they have in common decides how far they are found
together."""

import random
from collections.abc import Callable
from math import prod

from workload import CHANNELS, Joined, Leaf, many_scenarios


def _cells_of_four(count: int) -> list[Joined]:
    """Cells of a table of four attributes, in no order: a region, a risk, a band of days late, a band of balances."""
    days, euros = (0, 8, 15, 31, 46), (0, 500, 1000, 2500)
    found: list[Joined] = []
    for number in range(count):
        rest, band = divmod(number, 4)
        rest, late = divmod(rest, 5)
        region, risk = divmod(rest, 3)
        cell: list[Leaf] = [
            ("region", "=", f"R{region}"),
            ("risk", "=", ("Low", "Medium", "High")[risk]),
            ("days_late", ">=", days[late]),
            ("balance", ">=", euros[band]),
            *([("days_late", "<", days[late + 1])] if late < 4 else []),
            *([("balance", "<", euros[band + 1])] if band < 3 else []),
        ]
        found.append(("and", cell))
    random.Random(3).shuffle(found)
    return found


def _own_bands(count: int) -> list[Joined]:
    """A list of balances for each of many regions, all with other bounds."""
    found: list[Joined] = []
    for number in range(count):
        region, band = divmod(number, 8)
        low = 500 * band + region
        cell: list[Leaf] = [("region", "=", f"R{region}"), ("balance", ">=", low), ("balance", "<", low + 400)]
        found.append(("and", cell))
    return found


def _pairs(count: int) -> list[Joined]:
    """Two for each of many regions, each with a least balance of its own."""
    drawn = random.Random(1)
    return [
        (
            "and",
            [
                ("region", "=", f"R{number // 2}"),
                ("balance", ">", drawn.randint(0, 3000)),
                ("vip", "=", bool(number % 2)),
            ],
        )
        for number in range(count)
    ]


def _overlapping(count: int) -> list[Joined]:
    """Intervals of two or three of four numbers, mostly with a region, that overlap as they like; the narrow first, so
    that each applies somewhere."""
    drawn = random.Random(2)
    sized: list[tuple[float, Joined]] = []
    for _ in range(count):
        parts: list[Leaf] = []
        shares = []
        for name, most in drawn.sample(
            [("balance", 4000), ("limit", 5000), ("days_late", 60), ("score", 999)], drawn.randint(2, 3)
        ):
            low, width = drawn.randint(0, int(most * 0.8)), drawn.randint(most // 20, most // 5)
            parts += [(name, ">=", low), (name, "<", low + width)]
            shares.append(width / most)
        if drawn.random() < 0.7:
            parts.append(("region", "=", f"R{drawn.randrange(8)}"))
            shares.append(1 / 8)
        if drawn.random() < 0.4:
            parts.append(("risk", "=", drawn.choice(["Low", "Medium", "High"])))
            shares.append(1 / 3)
        if drawn.random() < 0.3:
            parts.append(("channel", "=", drawn.choice(CHANNELS)))
            shares.append(1 / 3)
        sized.append((prod(shares), ("and", parts)))
    return [scenario for _, scenario in sorted(sized, key=lambda each: each[0])]


SHAPES: dict[str, Callable[[int], list[Joined]]] = {
    "cells of three attributes": many_scenarios,
    "cells of four, in no order": _cells_of_four,
    "bands of its own for each region": _own_bands,
    "two for each region": _pairs,
    "overlapping intervals": _overlapping,
}
