"""What differs between two programs: in their text, line by line, and in what they do."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from attrs import field, frozen

from dro_lang.analysis.difference.model import Move, PlanDifference, Taken
from dro_lang.analysis.difference.programs import compare
from dro_lang.program.model import Program
from dro_lang.program.render import render_value
from dro_lang.program.types import ListType
from dro_lang.server.console.programs.source import Line, highlighted

CONTEXT = 3
"""So many lines that are the same stand around those that differ."""


@frozen
class DiffLine:
    """`sign`: +, - or a space; the numbers are those of the line in either text."""

    sign: str
    old: int | None
    new: int | None
    line: Line


@frozen
class Hunk:
    lines: tuple[DiffLine, ...]


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """The lines that differ, with some around them."""
    before, after = highlighted(old), highlighted(new)
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    return tuple(Hunk(tuple(_lines(group, before, after))) for group in matcher.get_grouped_opcodes(CONTEXT))


def _lines(
    group: Iterable[tuple[str, int, int, int, int]], before: tuple[Line, ...], after: tuple[Line, ...]
) -> Iterator[DiffLine]:
    for tag, old_start, old_end, new_start, new_end in group:
        if tag == "equal":
            for offset in range(old_end - old_start):
                old, new = old_start + offset, new_start + offset
                yield DiffLine(" ", old + 1, new + 1, after[new])
            continue
        yield from (DiffLine("-", number + 1, None, before[number]) for number in range(old_start, old_end))
        yield from (DiffLine("+", None, number + 1, after[number]) for number in range(new_start, new_end))


@frozen
class EditSaid:
    name: str
    aspect: str
    before: str | None
    after: str | None


@frozen
class Meaning:
    """What differs in what is done: `moves` are records that get something else, `strands` says what running plans may
    have that the new version lacks."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    moves: tuple[str, ...]
    edits: tuple[EditSaid, ...]
    strands: bool
    empty: bool


@frozen
class _Pair:
    """Two programs, told apart by their hashes."""

    hashes: tuple[str, str]
    programs: tuple[Program, Program] = field(eq=False)


def meaning(hashes: tuple[str, str], old: Program, new: Program) -> Meaning:
    return _meaning(_Pair(hashes, (old, new)))


@lru_cache(maxsize=32)
def _meaning(pair: _Pair) -> Meaning:
    found = compare(*pair.programs)
    edits = [*(edit for plan in found.plans for edit in plan.edits), *found.edits]
    return Meaning(
        found.removed,
        found.added,
        tuple(_moved(plan, move) for plan in found.plans for move in plan.moves),
        tuple(EditSaid(f"{edit.kind} {edit.name}", edit.aspect, edit.before, edit.after) for edit in edits),
        found.strands,
        found.empty,
    )


def _moved(plan: PlanDifference, move: Move) -> str:
    definitions = {
        each.name: each for side in (plan.old, plan.new) for each in side.program.contexts[side.plan.context].attributes
    }
    row = move.example.row
    parts = [
        f"{name} unknown" if row[name] is None else f"{name} = {render_value(row[name], definitions[name].type)}"
        for name in move.example.named
        if not isinstance(definitions[name].type, ListType)
    ]
    like = ", ".join(parts) or "any"
    return f"records like {like} move from {_taken(move.before)} to {_taken(move.after)}"


def _taken(taken: Taken) -> str:
    return taken.error or " and ".join(taken.scenarios) or "no scenario"
