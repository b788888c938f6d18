"""Runs the tables: over states alone, to find out what fits (a stack can be kept, and gone back to, at no cost), and
over a text that fits, to build its tree.

LR parsing after Knuth, "On the translation of languages from left to right" (1965).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dro_lang.syntax.tables.model import Rule, Tables
from dro_lang.syntax.tree import END, Part, Token, Tree


class Stack(NamedTuple):
    """A state and what lies below it. `symbol` led to the state, and covers the tokens from number `start` on."""

    state: int
    below: "Stack | None"
    symbol: str
    start: int

    def entries(self) -> "Iterator[Stack]":
        """From the top to the bottom."""
        entry: Stack | None = self
        while entry is not None:
            yield entry
            entry = entry.below


_CLOSING = {"RBRACE", "RPAR", "RSQB"}
_OPENING = {"LBRACE", "LPAR", "LSQB"}


def last_open(stack: Stack) -> Stack | None:
    """The entry of the last bracket that is still open."""
    closed = 0
    for entry in stack.entries():
        if entry.symbol in _CLOSING:
            closed += 1
        elif entry.symbol in _OPENING and not closed:
            return entry
        elif entry.symbol in _OPENING:
            closed -= 1
    return None


def bottom(tables: Tables) -> Stack:
    """The stack before the first token."""
    return Stack(tables.start, None, "", 0)


def advance(tables: Tables, stack: Stack, terminal: str, index: int) -> Stack | None:
    """The stack after a token of that terminal, which is number `index`; None where it cannot stand."""
    rows = tables.rows
    while (action := rows[stack.state].get(terminal)) is not None:
        if action >= 0:
            return Stack(action, stack, terminal, index)
        stack = _reduced(tables, stack, action, index)
    return stack if stack.state == tables.accept and terminal == END else None


def settled(tables: Tables, stack: Stack, terminal: str, index: int) -> Stack:
    """The stack once every part is closed that a terminal closes, and every one that, complete as it is, can be closed
    in one way only. Places that differ only in what such parts are made of are the same then."""
    while stack.state != tables.accept:
        row = tables.rows[stack.state]
        closing = {action for action in row.values() if action < 0}
        action = row.get(terminal, min(closing) if len(closing) == 1 else 0)
        if action >= 0:
            break
        stack = _reduced(tables, stack, action, index)
    return stack


def _reduced(tables: Tables, stack: Stack, action: int, index: int) -> Stack:
    rule = tables.rules[-action - 1]
    start = index
    for _ in range(rule.size):
        start = stack.start
        assert stack.below is not None
        stack = stack.below
    return Stack(tables.rows[stack.state][rule.origin], stack, rule.origin, start)


def expected(tables: Tables, stack: Stack) -> list[str]:
    """The terminals that can stand next."""
    row = tables.rows[stack.state]
    return [symbol for symbol in row if symbol not in tables.origins and advance(tables, stack, symbol, 0)]


def read(tables: Tables, stack: Stack, tokens: Sequence[Token], index: int) -> tuple[Stack, str] | None:
    """The stack after a token, and the terminal that the token is here; None where it cannot stand.

    A keyword is a name where only a name fits, and where, of the two, only a name goes with the token after it.
    """
    token = tokens[index]
    after = advance(tables, stack, token.type, index)
    name = tables.names.get(token.type)
    as_name = None if name is None else advance(tables, stack, name, index)
    if name is None or as_name is None:
        return None if after is None else (after, token.type)
    if after is None:
        return as_name, name
    following = tokens[index + 1]
    keyword_fits = name == "UPPER" or _can_follow(tables, after, following)
    return (after, token.type) if keyword_fits or not _can_follow(tables, as_name, following) else (as_name, name)


def _can_follow(tables: Tables, stack: Stack, token: Token) -> bool:
    if advance(tables, stack, token.type, 0) is not None:
        return True
    name = tables.names.get(token.type)
    return name is not None and advance(tables, stack, name, 0) is not None


def build_tree(tables: Tables, tokens: Iterable[Token]) -> Tree:
    """The tree of tokens that fit, and of which the last is the end."""
    states = [tables.start]
    values: list[Part | list[Part]] = []
    rows, rules = tables.rows, tables.rules
    for token in tokens:
        while (action := rows[states[-1]][token.type]) < 0:
            rule = rules[-action - 1]
            parts = values[len(values) - rule.size :]
            del values[len(values) - rule.size :]
            del states[len(states) - rule.size :]
            values.append(_part(rule, parts))
            states.append(rows[states[-1]][rule.origin])
            if states[-1] == tables.accept:
                break
        else:
            states.append(action)
            values.append(token)
    tree = values[0]
    assert isinstance(tree, Tree)
    return tree


def _part(rule: Rule, parts: "list[Part | list[Part]]") -> Part | list[Part]:
    children: list[Part] = []
    for part in parts:
        if isinstance(part, list):
            children = part if not children else children + part
        else:
            children.append(part)
    if rule.inlined:
        return children
    if rule.transparent and len(children) == 1:
        return children[0]
    depth = 1 + max((child.depth for child in children if isinstance(child, Tree)), default=0)
    has_gap = any(child.has_gap for child in children)
    return Tree(rule.name, children, children[0].start, children[-1].end, depth, has_gap)
