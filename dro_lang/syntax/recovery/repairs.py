"""Small changes of a token or two, tried at the place where parsing stops and just before it.

The idea is that of Burke and Fisher, "A practical method for LR and LL syntactic error diagnosis and recovery" (1987):
a repair is judged by how far parsing gets with it.
"""

from collections.abc import Sequence
from enum import StrEnum

from attrs import evolve, frozen

from dro_lang.syntax.automaton import Stack, read
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tree import END, Token

HORIZON = 8
"""So many tokens after the failing one are looked at."""

_FAR_HORIZON = 80
"""So many, to tell those repairs apart that are as good as each other up to the horizon."""

_CLOSE = 0.1
"""Repairs whose scores differ by less are as good as each other."""

_NEEDED = 2
"""A repair with which fewer tokens fit is none."""


_UNLIKELY = -1.0
"""A repair with a lower score is none either."""


class Kind(StrEnum):
    INSERT = "insert"
    DELETE = "delete"
    REPLACE = "replace"
    SWAP = "swap"
    MISSPELLED = "misspelled"
    REPEATED = "repeated"
    UNDOCUMENTED = "undocumented"
    CUT = "cut"


@frozen
class Repair:
    """Tokens number `start` to `end` (exclusive) are replaced by others. `reach`: how many tokens from the failing one
    on fit then. The lower the `cost`, the likelier it is what was meant. `is_sure`: no other token would do as well."""

    kind: Kind
    start: int
    end: int
    tokens: tuple[Token, ...]
    cost: float
    reach: int = 0
    is_sure: bool = True

    @property
    def score(self) -> float:
        return self.reach - self.cost


def best(
    tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failed: int, candidates: Sequence[Repair]
) -> Repair | None:
    """The candidate with which parsing goes on best after token number `failed`, if it does with any."""
    judged = (_judged(tables, stacks, tokens, failed, each, HORIZON) for each in candidates)
    fit = [each for each in judged if each.reach >= _NEEDED and each.score > _UNLIKELY]
    if not fit:
        return None
    highest = max(each.score for each in fit)
    close = [
        _judged(tables, stacks, tokens, failed, each, _FAR_HORIZON) for each in fit if each.score >= highest - _CLOSE
    ]
    farthest = max(each.reach for each in close)
    first, *others = sorted((each for each in close if each.reach == farthest), key=lambda each: each.cost)
    is_sure = all(each.kind is not Kind.INSERT for each in others)
    return evolve(first, reach=min(first.reach, HORIZON), is_sure=is_sure)


def _judged(
    tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failed: int, repair: Repair, horizon: int
) -> Repair:
    rest = tokens[repair.end : failed + horizon + 1]
    count = fitting(tables, stacks[repair.start], [*repair.tokens, *rest])
    resumed = repair.end + count - len(repair.tokens)
    return evolve(repair, reach=horizon if resumed == len(tokens) else min(resumed - failed, horizon))


def fitting(tables: Tables, stack: Stack, tokens: Sequence[Token]) -> int:
    """How many of the tokens fit after a stack; the last one, unless it is the end, is only looked at."""
    for index, token in enumerate(tokens):
        if index == len(tokens) - 1 and token.type != END:
            return index
        found = read(tables, stack, tokens, index)
        if found is None:
            return index
        stack, _ = found
    return len(tokens)


def missing(tables: Tables, terminal: str, position: int) -> Token:
    """A token for one that is not there."""
    return Token(terminal, text_of(tables, terminal), position, position)


def text_of(tables: Tables, terminal: str) -> str:
    """How a terminal is written, or something that could be one."""
    return tables.spellings.get(terminal) or _PLACEHOLDERS.get(terminal, "_")


_PLACEHOLDERS = {
    "NUMBER": "0",
    "STRING": '""',
    "DATE": "2000-01-01",
    "DATETIME": "2000-01-01T00:00Z",
    "TIME": "00:00",
    "SIGN": "+",
    "FACTOR": "*",
    "DOC": "///",
}
