"""Many conditions by tables: which of them hold is looked up, however many they are.

The values of an operand fall into classes: those in which the same conditions may hold. Two operands together have
classes again, found in a table by the numbers of theirs, and so on until one class speaks for all of them: recursive
flow classification (Gupta and McKeown, Packet Classification on Multiple Fields, 1999). A database that works on whole
columns does this much faster than it goes down a tree, whose branches tear the columns into pieces.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from heapq import heapify, heappop, heappush
from itertools import groupby
from operator import and_

from attrs import frozen

from dro_lang.conditions.columnar.expressions import Scope, constant, known, term
from dro_lang.conditions.columnar.formulas import compared, formula
from dro_lang.conditions.columnar.helpers import NoHelpers
from dro_lang.conditions.columnar.terms import Inexpressible, Length, Plain, Term, moment_literal, seconds_of, whole
from dro_lang.conditions.index.cuts import Cuts, Operand, parts_asking_one, where
from dro_lang.conditions.normal import Normal
from dro_lang.program.types import BooleanType, DateTimeType, DurationType

_ENTRIES_EACH = 128
"""So many entries of tables cost about as much as it costs to test a condition."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen
class Classes:
    """The text of the number of a class, from 0, and for each class the conditions that may hold in it, as a mask."""

    number: str
    held: tuple[int, ...]


@frozen
class Tables:
    """Conditions by class: in a class, exactly those hold whose bit is set. No table tells of the `open` ones, which
    compare an operand with another, or may hold for this value of one or for that of another; no class has them."""

    classes: Classes
    open: tuple[int, ...]


def tables_of(conditions: Sequence[Normal], scope: Scope) -> Tables | None:
    """The tables of some conditions; None where they would be too large to pay."""
    cuts = Cuts.of(conditions, lambda leaf: not _is_expressible(leaf, scope))
    parts = [parts_asking_one(node) for node in cuts.nodes]
    told = sum(1 << number for number, each in enumerate(parts) if each is not None and False not in each)
    every = [Classes("0", (told,))]
    for operand in cuts.operands:
        held = [
            reduce(and_, (where(part, operand.number, operand.every) for part in each or ()), operand.every)
            for each in parts
        ]
        every.append(_of_operand(operand, held, told, scope))
    classes = _of_all(every, _ENTRIES_EACH * len(conditions))
    if classes is None:
        return None
    return Tables(classes, tuple(number for number, each in enumerate(parts) if each is None))


def _is_expressible(leaf: Normal, scope: Scope) -> bool:
    try:
        formula(leaf, scope, NoHelpers())
    except Inexpressible:
        return False
    return True


def _of_all(every: Sequence[Classes], most: int) -> Classes | None:
    """The classes of all operands together, the fewest first, with so many entries of tables at most."""
    waiting = [(len(classes.held), number, classes) for number, classes in enumerate(every)]
    heapify(waiting)
    while len(waiting) > 1:
        _, number, one = heappop(waiting)
        _, _, other = heappop(waiting)
        most -= len(one.held) * len(other.held)
        if most < 0:
            return None
        both = _of_both(one, other)
        heappush(waiting, (len(both.held), number, both))
    return waiting[0][2]


def _of_both(one: Classes, other: Classes) -> Classes:
    """The classes of what falls into one class of each."""
    if len(one.held) == 1 or len(other.held) == 1:
        few, many = sorted((one, other), key=lambda classes: len(classes.held))
        return Classes(many.number, tuple(few.held[0] & held for held in many.held))
    numbers: dict[int, int] = {}
    table = [numbers.setdefault(mine & theirs, len(numbers)) for mine in one.held for theirs in other.held]
    return Classes(entry(table, f"{one.number} * {len(other.held)} + {other.number}"), tuple(numbers))


def entry(table: Sequence[int], place: str) -> str:
    """The entry of a table at a place, from 0. As one text a table is read much faster than as a list of literals."""
    return f"CAST('[{','.join(str(int(each)) for each in table)}]' AS INTEGER[])[{place} + 1]"


def _of_operand(operand: Operand, held: Sequence[int], told: int, scope: Scope) -> Classes:
    """The classes of an operand. `held`: the regions in which each condition may hold; `told`: the mask of those that
    tables tell."""
    regions = operand.unknown + (operand.expression not in scope.required)
    numbers: dict[int, int] = {}
    classes = []
    for region in range(regions):
        mask = sum(1 << number for number, where in enumerate(held) if where >> region & 1) & told
        classes.append(numbers.setdefault(mask, len(numbers)))
    unknown = classes[operand.unknown] if regions > operand.unknown else None
    value = term(operand.expression, scope)
    if operand.ordered:
        number = _by_order(operand, value, classes[: operand.unknown], unknown)
    else:
        number = _by_equality(operand, value, classes[: operand.unknown], unknown, scope)
    return Classes(number, tuple(numbers))


def _by_order(operand: Operand, value: Term, classes: Sequence[int], unknown: int | None) -> str:
    """The class of an ordered value: the first whose end it does not pass."""
    if isinstance(value, Length):
        value = seconds_of(value)
    runs = [list(run) for _, run in groupby(range(len(classes)), key=lambda region: classes[region])]
    ends = [(_below(operand, value, run[-1] + 1), str(classes[run[-1]])) for run in runs[:-1]]
    last = str(classes[-1])
    if unknown is None:
        return _first_of(ends, last)
    return _first_of([*ends, (known(value), last)], str(unknown))


def _below(operand: Operand, value: Term, region: int) -> str:
    """The test that a value lies before a region."""
    place, exact = divmod(region, 2)
    bound = operand.constants[place if exact else place - 1]
    kind = operand.expression.type
    literal: Term
    if isinstance(kind, DurationType):
        literal = whole(bound)
    elif isinstance(kind, DateTimeType):
        literal = Plain(moment_literal(_EPOCH + bound))
    else:
        literal = constant(bound, kind, {})
    return compared("<" if exact else "<=", value, literal)


def _by_equality(operand: Operand, value: Term, classes: Sequence[int], unknown: int | None, scope: Scope) -> str:
    """The class of a value that is one of some constants, or none of them."""
    kind = operand.expression.type
    assert isinstance(value, Plain)
    if isinstance(kind, BooleanType):
        tests = [value.sql if each else f"NOT {value.sql}" for each in operand.constants]
    else:
        tests = [compared("=", value, constant(each, kind, scope.enums)) for each in operand.constants]
    other = classes[-1]
    cases = [(test, str(each)) for test, each in zip(tests, classes, strict=False) if each != other]
    if unknown is None or unknown == other:
        return _first_of(cases, str(other))
    return _first_of([*cases, (known(value), str(other))], str(unknown))


def _first_of(cases: Sequence[tuple[str, str]], otherwise: str) -> str:
    """The result of the first test that holds."""
    if not cases:
        return otherwise
    return f"(CASE {' '.join(f'WHEN {test} THEN {result}' for test, result in cases)} ELSE {otherwise} END)"
