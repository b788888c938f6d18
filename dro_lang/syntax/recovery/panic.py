"""Where no small repair helps: leave out what cannot be understood, up to a place where a new part begins.

Panic mode, with the brackets that are open closed where that saves what stands before.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from dro_lang.syntax.automaton import Stack, advance, read
from dro_lang.syntax.recovery.repairs import HORIZON, Kind, Repair, fitting, missing
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tree import END, Token

CLOSING = ("RBRACE", "RPAR", "RSQB")

_CUT = 3.0
_LEFT_OUT = 0.25
"""What it costs to leave anything out, and for each token."""

_BACK = 1.5
"""What it costs to leave out the end of a line because of what the next one begins with."""

_ENOUGH = 3
"""So many tokens that fit show that a place to go on at is one: more would favour places behind the next mistake."""

_PLACES = 4
"""So many places to go on at are compared."""

_CLOSED_AT_ONCE = 4
"""So many brackets are closed before a part that begins in the middle of the file; at its end, all that are open."""


def best_cut(tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failed: int) -> Repair:
    """The repair that leaves out the fewest tokens: back to what was complete before token number `failed`, and on to
    where parsing can begin again."""
    cuts = (_cut(tables, stacks, tokens, failed, resume) for resume in _places(tables, tokens, failed))
    tried = list(islice(filter(None, cuts), _PLACES))
    if not tried:
        return rest_left_out(tables, stacks, tokens, failed)
    return max(tried, key=lambda cut: cut.score)


def rest_left_out(tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failed: int) -> Repair:
    """The repair that leaves out all from before token number `failed` to the end; at worst all but the header."""
    end = len(tokens) - 1
    return _cut(tables, stacks, tokens, failed, end) or Repair(Kind.CUT, 2, end, (), 0)


def _cut(tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failed: int, resume: int) -> Repair | None:
    tried: set[int] = set()
    for start in _beginnings(stacks[failed], failed):
        if stacks[start].state in tried:
            continue
        tried.add(stacks[start].state)
        closing = _closing(tables, stacks[start], tokens, resume)
        if closing or (closing is not None and start < resume):
            gap = tokens[start - 1].end if start else 0
            brackets = tuple(missing(tables, terminal, gap) for terminal in closing)
            after = [*brackets, *tokens[resume : resume + HORIZON + 1]]
            fits = fitting(tables, stacks[start], after)
            reach = _ENOUGH if fits == len(after) else min(fits - len(brackets), _ENOUGH)
            cost = _CUT + _LEFT_OUT * (resume - start)
            if start < failed and tokens[failed].indent is not None:
                cost += _BACK
            return Repair(Kind.CUT, start, resume, brackets, cost, reach)
    return None


def _places(tables: Tables, tokens: Sequence[Token], failed: int) -> Iterator[int]:
    """Where a new part may begin: `}`, a keyword or a declared name that is first on its line, the end of the file."""
    depth = 0
    for index in range(failed, len(tokens)):
        token = tokens[index]
        if token.type == END:
            yield index
        elif token == "}" and token.type == "RBRACE":
            if depth == 0:
                yield index
            depth = max(depth - 1, 0)
        elif token == "{" and token.type == "LBRACE":
            depth += 1
        elif token.indent is not None:
            if token.indent == 0 and token.type in DECLARATIONS:
                depth = 0
            declares = token.is_word and tokens[index + 1] in (":", "from")
            if depth == 0 and (token.type in tables.names or token.type == "DOC" or declares):
                yield index


DECLARATIONS = {
    *("USAGE", "ENUM", "RECORD", "CONTEXT", "MAPPING", "QUEUE", "CALENDAR", "ACTION", "INTEGRATION", "ROUTING"),
    *("PLAN", "GROUP", "TEST", "PROPERTY", "IMPORT", "DOC"),
}


def _beginnings(stack: Stack, failed: int) -> Iterator[int]:
    """The numbers of the tokens with which the parts on the stack begin, from the top."""
    yield failed
    last = failed
    for entry in stack.entries():
        if entry.below is not None and entry.start < last:
            last = entry.start
            yield last


def _closing(tables: Tables, stack: Stack, tokens: Sequence[Token], resume: int) -> list[str] | None:
    """The brackets to close so that the tokens from `resume` on fit; None where that does not help."""
    rest = tokens[resume : resume + 3]
    closing: list[str] = []
    while not _goes_on(tables, stack, rest):
        if rest[0].type != END and len(closing) == _CLOSED_AT_ONCE:
            return None
        for terminal in CLOSING:
            closed = advance(tables, stack, terminal, 0)
            if closed is not None:
                closing.append(terminal)
                stack = closed
                break
        else:
            return None
    return closing


def _goes_on(tables: Tables, stack: Stack, rest: Sequence[Token]) -> bool:
    found = read(tables, stack, rest, 0) if rest[0].type != END else None
    if rest[0].type == END:
        return advance(tables, stack, END, 0) is not None
    stays_a_keyword = found is not None and (found[1] == rest[0].type or rest[1] in (":", "from"))
    return stays_a_keyword and fitting(tables, stack, rest) >= min(2, len(rest) - 1)
