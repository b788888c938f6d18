"""`///` where nothing follows that could be documented."""

from collections.abc import Sequence

from dro_lang.syntax.automaton import Stack
from dro_lang.syntax.recovery.repairs import Kind, Repair, fitting
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tree import Token


def misplaced_documentation(
    tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failed: int
) -> Repair | None:
    """The repair that takes no notice of the documentation at or just before the failing token, if that is at fault."""
    end = failed
    while tokens[end].type == "DOC":
        end += 1
    start = failed
    while start and tokens[start - 1].type == "DOC":
        start -= 1
    after = tokens[end : end + 3]
    if start == end or fitting(tables, stacks[start], after) < min(2, len(after) - 1):
        return None
    return Repair(Kind.UNDOCUMENTED, start, end, (), 0)
