"""The upper levels of a decision tree (index/levels.py) as nested tables, and the text of the way through them."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import ceil, floor
from typing import Any, TypeAlias

from attrs import frozen

from dro_lang.conditions.compiled.coding import code_of_comparable
from dro_lang.conditions.compiled.expressions import Expressions, Flow
from dro_lang.conditions.compiled.module import Module
from dro_lang.conditions.index.cuts import Operand
from dro_lang.conditions.index.levels import Level
from dro_lang.conditions.index.tree import Split, Tree
from dro_lang.conditions.selection import Choice
from dro_lang.program.expressions import Expression


@frozen
class Function:
    """The place, in a table, of a generated function: it is known by its name until the code is bound."""

    name: str


Entry: TypeAlias = Choice | Function
MakeEntry: TypeAlias = Callable[[Tree, Sequence[Expression]], Entry]
"""Makes the entry of what is left below the levels, where some expressions are known."""

Table: TypeAlias = Any
"""A tuple that has a table of the next level, or an entry, for each class of values of its operand. On a level that is
not shared, a pair of bounds and such a tuple."""


def way_through(
    levels: Sequence[Level], tree: Tree, entry: MakeEntry, module: Module, writer: Expressions
) -> list[str]:
    """The statements that look up the choice of a record in the tables of a tree, and return it."""
    classes = [_classes(level, splits) if level.shared else None for level, splits in _by_level(levels, tree)]
    made = _Made(levels, classes, entry)
    root = module.constant(made.table(tree, 0, ()))
    if made.functions:
        named = ", ".join(f"{name!r}: {name}" for name in made.functions)
        root = module.assigned(f"{module.constant(_filled)}({root}, {{{named}}})")
    lines = []
    for level, shared in zip(levels, classes, strict=True):
        if shared is None:
            lines.append(f"b, x = {root}")
            root = f"x[{by_order(level.operand, 'b', module, writer)}]"
        else:
            root = f"{root}[{_shared(level, shared, module, writer)}]"
    if not made.functions:
        return [*lines, f"return {root}"]
    if not made.choices:
        return [*lines, f"return {root}(r)"]
    return [*lines, f"x = {root}", f"return x if x.__class__ is {module.constant(Choice)} else x(r)"]


@frozen
class _Classes:
    """How the values of a shared level's operand fall into classes, which have numbers from 0: `firsts` has the first
    region of each class. Those of an ordered one are intervals, the last of them that of the unknown value; of any
    other, `numbers` tells the class of each region."""

    firsts: tuple[int, ...]
    numbers: Mapping[int, int]


def _by_level(levels: Sequence[Level], tree: Tree) -> Iterator[tuple[Level, list[Split]]]:
    there = [tree]
    for level in levels:
        splits = [each for each in there if isinstance(each, Split)]
        yield level, splits
        there = [below for split in splits for _, below in split.branches]


def _classes(level: Level, splits: Sequence[Split]) -> _Classes:
    if level.operand.ordered:
        return _Classes(tuple(sorted({_lowest(mask) for split in splits for mask, _ in split.branches})), {})
    ways = [
        {region: number for number, (mask, _) in enumerate(split.branches) for region in _regions(mask)}
        for split in splits
    ]
    firsts: dict[tuple[int, ...], int] = {}
    numbers: dict[int, int] = {}
    for region in sorted(ways[0]):
        alike = tuple(each[region] for each in ways)
        first = firsts.setdefault(alike, region)
        numbers[region] = numbers[first] if first != region else len(firsts) - 1
    return _Classes(tuple(firsts.values()), numbers)


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _regions(mask: int) -> Iterator[int]:
    while mask:
        yield _lowest(mask)
        mask &= mask - 1


class _Made:
    """Tables in the making."""

    def __init__(self, levels: Sequence[Level], classes: Sequence[_Classes | None], entry: MakeEntry) -> None:
        self._levels, self._classes, self._entry = levels, classes, entry
        self.functions: dict[str, None] = {}
        self.choices = False

    def table(self, tree: Tree, depth: int, known: tuple[Expression, ...]) -> Table:
        if depth == len(self._levels):
            return self._made(tree, known)
        classes, operand = self._classes[depth], self._levels[depth].operand
        if not isinstance(tree, Split):
            # Nothing is left to be told apart, whatever the value.
            itself = self.table(tree, depth + 1, known)
            return ((), (itself,)) if classes is None else (itself,) * len(classes.firsts)
        below = []
        for mask, branch in tree.branches:
            is_known = not mask >> operand.unknown & 1
            below.append(self.table(branch, depth + 1, (*known, operand.expression) if is_known else known))
        masks = [mask for mask, _ in tree.branches]
        if classes is not None:
            ways = (next(way for way, mask in enumerate(masks) if mask >> first & 1) for first in classes.firsts)
            return tuple(below[way] for way in ways)
        bounds = [bound(operand, _lowest(mask)) for mask in masks[1:] if _lowest(mask) != operand.unknown]
        return tuple(bounds), tuple(below)

    def _made(self, tree: Tree, known: tuple[Expression, ...]) -> Entry:
        made = self._entry(tree, known)
        if isinstance(made, Function):
            self.functions[made.name] = None
        else:
            self.choices = True
        return made


def _filled(table: Table, functions: Mapping[str, Callable[..., Any]]) -> Table:
    """The table with the functions in their places."""
    done: dict[int, Table] = {}

    def fill(table: Table) -> Table:
        if isinstance(table, Function):
            return functions[table.name]
        if not isinstance(table, tuple):
            return table
        if id(table) not in done:
            done[id(table)] = tuple(map(fill, table))
        return done[id(table)]

    return fill(table)


# ---- the class of a value


def bound(operand: Operand, region: int) -> int:
    """The least code, a whole number, that lies in an ordered operand's region or beyond it."""
    place, exact = divmod(region, 2)
    constant = operand.constants[place if exact else place - 1]
    code: int | Decimal = code_of_comparable(constant, operand.expression.type)
    return ceil(code) if exact else floor(code) + 1


def _shared(level: Level, classes: _Classes, module: Module, writer: Expressions) -> str:
    """The text of the class of a record's value."""
    operand = level.operand
    if operand.ordered:
        bounds = tuple(bound(operand, first) for first in classes.firsts if first not in (0, operand.unknown))
        if level.span is not None:
            return by_place(operand, bounds, level.span, module, writer)
        return by_order(operand, module.constant(bounds), module, writer)
    numbers = dict(classes.numbers)
    others = numbers[len(operand.constants)]
    unknown = numbers.pop(operand.unknown, None)
    codes = [code_of_comparable(each, operand.expression.type) for each in operand.constants]
    by_code = {code: numbers[region] for region, code in enumerate(codes) if numbers[region] != others}
    if unknown not in (None, others):
        by_code[None] = unknown
    return f"{module.constant(by_code.get)}({writer.code(operand.expression, set())}, {others})"


def by_place(operand: Operand, bounds: tuple[int, ...], span: int, module: Module, writer: Expressions) -> str:
    """The text of the class of a small whole number, looked up by the number itself."""
    table = tuple(bisect_right(bounds, value) for value in range(span))
    name = module.constant(table)
    return _known(
        operand,
        writer,
        lambda first, again: f"{name}[{again}] if 0 <= {first} < {span} else 0 if {again} < 0 else {len(bounds)}",
    )


def by_order(operand: Operand, bounds: str, module: Module, writer: Expressions) -> str:
    """The text of the class of an ordered value: how many bounds it reaches."""
    bisect = module.constant(bisect_right)
    return _known(operand, writer, lambda first, again: f"{bisect}({bounds}, {first})")


def _known(operand: Operand, writer: Expressions, text: Callable[[str, str], str]) -> str:
    """The text of the class of an ordered value, which takes the value as it is looked at first, and again: -1 where it
    is unknown."""
    flow: Flow = set()
    first, again = (writer.code(operand.expression, flow) for _ in range(2))
    if writer.is_optional(operand.expression, set()):
        return f"-1 if {first} is None else {text(again, again)}"
    return text(first, again)
