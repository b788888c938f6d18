"""Conditions as bits: which of them hold is the common part of what each operand allows (Lakshman and Stiliadis,
High-Speed Policy-based Packet Forwarding, 1998).

For each operand the region of its value is looked up, and with it a whole number that has a bit for every condition
that may hold there. It takes a look-up for each operand however the conditions overlap, where a tree would have to tell
too many places apart.
"""

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any

from dro_lang.conditions.compiled.coding import code_of_comparable
from dro_lang.conditions.compiled.expressions import Expressions
from dro_lang.conditions.compiled.module import Module
from dro_lang.conditions.compiled.tables import bound, by_order, by_place
from dro_lang.conditions.index.cuts import Cuts, Operand, parts_asking_one, where
from dro_lang.conditions.index.levels import Level, is_at_hand
from dro_lang.conditions.index.tree import Leaf, Tree

_LOOKED_UP, _ASIDE = 6.0, 6.0
"""What an operand costs here, and what the rest does, in comparisons."""
_TESTED = 1.5
"""What it costs to test a condition that is left at a leaf of a tree."""


def pay(cuts: Cuts, tree: Tree) -> bool:
    """Whether conditions can be told by bits, and sooner than by a tree over them."""
    if not all(is_at_hand(operand.expression) for operand in cuts.operands):
        return False
    if any(parts_asking_one(node) is None for node in cuts.nodes):
        return False
    return _cost(tree) > _ASIDE + _LOOKED_UP * len(cuts.operands)


def _cost(tree: Tree) -> float:
    """How many comparisons a tree takes, each way down being as likely as any other."""
    if isinstance(tree, Leaf):
        return _TESTED * sum(1 for _, node in tree.candidates if node is not True)
    below = [_cost(each) for _, each in tree.branches]
    return 1 + sum(below) / len(below)


def common(cuts: Cuts, module: Module, writer: Expressions) -> str:
    """The text of the whole number whose bits tell which conditions hold, by their places."""
    parts = [parts_asking_one(node) or () for node in cuts.nodes]
    never = sum(1 << number for number, each in enumerate(parts) if False in each)
    texts = [str((1 << len(parts)) - 1 - never)] if never or not cuts.operands else []
    for operand in cuts.operands:
        held = [
            reduce(and_, (where(part, operand.number, operand.every) for part in each), operand.every) for each in parts
        ]
        texts.append(_allowed(operand, _changes(held), module, writer))
    return " & ".join(texts)


def _changes(held: Sequence[int]) -> dict[int, int]:
    """The regions at which another set of conditions may hold than in the one before, with these conditions."""
    regions: dict[int, int] = {0: 0}
    for number, mask in enumerate(held):
        told = mask ^ (mask << 1)
        while told:
            place = (told & -told).bit_length() - 1
            regions[place] = regions.get(place, 0) ^ (1 << number)
            told &= told - 1
    found = {}
    allowed = 0
    for place in sorted(regions):
        allowed ^= regions[place]
        found[place] = allowed
    return found


def _allowed(operand: Operand, changes: dict[int, int], module: Module, writer: Expressions) -> str:
    """The text of the conditions that the value of an operand allows."""

    def at(region: int) -> int:
        return changes[max(place for place in changes if place <= region)]

    if not operand.ordered:
        others = at(len(operand.constants))
        codes = [code_of_comparable(each, operand.expression.type) for each in operand.constants]
        by_code: dict[Any, int] = {code: at(region) for region, code in enumerate(codes)}
        by_code[None] = at(operand.unknown)
        return f"{module.constant(by_code.get)}({writer.code(operand.expression, set())}, {others})"
    known = [place for place in changes if place < operand.unknown]
    bounds = tuple(bound(operand, place) for place in known if place)
    allowed = module.constant((*(changes[place] for place in known), at(operand.unknown)))
    span = Level(operand, shared=True).span
    if span is not None:
        return f"{allowed}[{by_place(operand, bounds, span, module, writer)}]"
    return f"{allowed}[{by_order(operand, module.constant(bounds), module, writer)}]"
