"""The small repairs that are tried, and what each costs: the less likely a mistake, the more."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from attrs import frozen

from dro_lang.syntax.automaton import Stack, advance, expected, last_open, read
from dro_lang.syntax.recovery.phrases import BEGINNINGS
from dro_lang.syntax.recovery.repairs import Kind, Repair, missing, text_of
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tree import END, Token

_WINDOW = 3
"""A mistake is looked for up to so many tokens before the one that fails."""

_HEADER = 2
"""The first tokens, `language 1.0`, are in order."""

_SIMILAR = 0.7

_UNITS = {f"{unit}{plural}" for unit in ("second", "minute", "hour", "day", "week") for plural in ("", "s")}

_WITHIN_LINES = {"DOT", "LPAR", "LSQB", "SIGN", "FACTOR"}
_CLOSERS = {"}", ")", "]"}
_NAMES_AND_LITERALS = {"LOWER", "UPPER", "NUMBER", "STRING", "DATE", "DATETIME", "TIME"}


def candidates(tables: Tables, stacks: Sequence[Stack], tokens: Sequence[Token], failed: int) -> list[Repair]:
    """Every small repair for token number `failed`, whether parsing goes on with it or not."""
    return list(_Candidates(tables, stacks, tokens, failed).all())


def is_similar(written: str, word: str) -> bool:
    """Whether one may have been written for the other."""
    return SequenceMatcher(None, written.lower(), word).ratio() >= _SIMILAR


@frozen
class _Candidates:
    tables: Tables
    stacks: Sequence[Stack]
    tokens: Sequence[Token]
    failed: int

    def all(self) -> Iterator[Repair]:
        yield from self.insertions()
        if self.tokens[self.failed].type == END:
            return
        yield from self.insertions_before()
        yield from self.replacements()
        yield from self.lower_case()
        for place in range(self.failed, max(self.failed - _WINDOW, _HEADER) - 1, -1):
            if self.tokens[place].type != END and not self.tokens[place].has_gap:
                yield self.deletion(place)
                yield from self.spellings(place)
        yield from self.swaps()
        yield from self.empty_pair()

    def expected(self, stack: Stack) -> list[str]:
        return [terminal for terminal in expected(self.tables, stack) if terminal not in (END, "DOC")]

    def insertions(self) -> Iterator[Repair]:
        token, stack = self.tokens[self.failed], self.stacks[self.failed]
        for terminal in self.expected(stack):
            cost = self.insertion_cost(token, terminal) + self.cost_of_keyword_as_name(terminal)
            if terminal == "RBRACE":
                cost += self.cost_of_ending_before(token)
            yield self.insertion(self.failed, terminal, cost)

    def insertions_before(self) -> Iterator[Repair]:
        """What is missing further up: a bracket before `name :`, a word before one that was taken for a name, a `}`
        before documentation."""
        place = self.failed - 1
        if place < _HEADER:
            return
        before, stack = self.tokens[place], self.stacks[place]
        was_keyword = before.type in self.tables.names and self.stacks[self.failed].symbol == "LOWER"
        if was_keyword or self.tokens[self.failed] == ":":
            for terminal in self.expected(stack):
                if was_keyword or terminal in ("LBRACE", "LPAR"):
                    yield self.insertion(place, terminal, self.insertion_cost(before, terminal) + 0.7)
        while self.tokens[place].type == "DOC":
            place -= 1
        place += 1
        if place < self.failed and advance(self.tables, self.stacks[place], "RBRACE", 0):
            yield self.insertion(place, "RBRACE", 1.0 + self.cost_of_ending_before(self.tokens[place]))

    def insertion(self, place: int, terminal: str, cost: float) -> Repair:
        token = missing(self.tables, terminal, self.tokens[place - 1].end)
        return Repair(Kind.INSERT, place, place, (token,), cost)

    def insertion_cost(self, token: Token, terminal: str) -> float:
        if terminal in ("DATE", "DATETIME"):
            return 2.0
        if terminal in _NAMES_AND_LITERALS:
            return 1.5
        is_word = self.tables.spellings.get(terminal, "").isalpha()
        # A line seldom begins in the middle of what a mark belongs to; a part seldom begins in the middle of a line.
        is_odd = terminal in BEGINNINGS if token.indent is None else terminal in _WITHIN_LINES
        return (1.0 if is_word else 0.95) + (1.5 if is_odd else 0)

    def cost_of_keyword_as_name(self, terminal: str) -> float:
        """What it costs that, after a token that is put in, the failing keyword is a name."""
        put_in = missing(self.tables, terminal, 0)
        rest = [put_in, *self.tokens[self.failed : self.failed + 2]]
        found = read(self.tables, self.stacks[self.failed], rest, 0)
        after = found and len(rest) > 2 and read(self.tables, found[0], rest, 1)
        return 1.5 if after and after[1] != rest[1].type else 0

    def cost_of_ending_before(self, token: Token) -> float:
        """What it costs that a block ends before a line which is indented more than the line where the block begins."""
        brace = last_open(self.stacks[self.failed])
        if brace is None or token.indent is None:
            return 0
        indents = (each.indent for each in reversed(self.tokens[: brace.start]) if each.indent is not None)
        return 2.5 if token.indent > next(indents, 0) else 0

    def replacements(self) -> Iterator[Repair]:
        token = self.tokens[self.failed]
        for terminal in self.expected(self.stacks[self.failed]):
            is_mark = not token[0].isalnum() and token[0] not in '"_'
            is_stray = token in _CLOSERS and self.tables.spellings.get(terminal, "") not in _CLOSERS
            cost = 1.5 if is_mark and terminal not in _NAMES_AND_LITERALS and not is_stray else 2.5
            if {token.type, terminal} == {"LOWER", "UPPER"}:
                cost = 1.0
            text = text_of(self.tables, terminal)
            if terminal in ("LOWER", "UPPER") and token[0].isalpha():
                text = str(token)
            stand_in = Token(terminal, text, token.start, token.end, token.indent)
            yield Repair(
                Kind.REPLACE, self.failed, self.failed + 1, (stand_in,), cost + self.cost_of_losing_line(token)
            )

    def lower_case(self) -> Iterator[Repair]:
        """A name in lower case for one with a capital that stands just before: what it begins does not go on so."""
        place = self.failed - 1
        token = self.tokens[place]
        if place >= _HEADER and token.type == "UPPER" and "LOWER" in self.expected(self.stacks[place]):
            stand_in = Token("LOWER", str(token), token.start, token.end, token.indent)
            yield Repair(Kind.REPLACE, place, place + 1, (stand_in,), 1.2)

    def cost_of_losing_line(self, token: Token) -> float:
        """What it costs that the beginning of a line is something else, or nothing."""
        return 0 if token.indent is None else 2.0 if token.type in self.tables.names else 1.0

    def empty_pair(self) -> Iterator[Repair]:
        """Parentheses around nothing."""
        place = self.failed - 1
        if self.tokens[self.failed] == ")" and self.tokens[place] == "(":
            yield Repair(Kind.DELETE, place, self.failed + 1, (), 0.4)

    def deletion(self, place: int) -> Repair:
        token, distance = self.tokens[place], self.failed - place
        # A word that ends a line and begins the next one is not there twice: something is missing between.
        if token == self.tokens[place - 1] and not (token.is_word and token.indent is not None):
            kind = Kind.DELETE if token in _CLOSERS else Kind.REPEATED
            return Repair(kind, place, place + 1, (), 0.5 + 0.1 * distance)
        cost = (1.2 if token == "," else 1.8) + 0.7 * distance + self.cost_of_losing_line(token)
        return Repair(Kind.DELETE, place, place + 1, (), cost)

    def spellings(self, place: int) -> Iterator[Repair]:
        token = self.tokens[place]
        if not token.is_word and token.type != "UPPER":
            return
        for terminal in self.expected(self.stacks[place]):
            word = self.tables.spellings.get(terminal, "")
            if word.islower() and word != token and is_similar(token, word):
                corrected = Token(terminal, word, token.start, token.end, token.indent)
                cost = 0.3 + 0.1 * (self.failed - place)
                yield Repair(Kind.MISSPELLED, place, place + 1, (corrected,), cost)

    def swaps(self) -> Iterator[Repair]:
        for place in (self.failed, self.failed - 1):
            pair = tuple(self.tokens[place : place + 2])
            if place >= _HEADER and END not in [each.type for each in pair]:
                cost = 0.6 if _is_unit_first(*pair) else 2.0
                cost += 0 if pair[1].indent is None else 1.5
                yield Repair(Kind.SWAP, place, place + 2, pair[::-1], cost)


def _is_unit_first(one: Token, other: Token) -> bool:
    """Whether a unit or a currency stands before its number, or `business` behind its unit."""
    if other.type == "NUMBER":
        return one in _UNITS or (one.type == "UPPER" and len(one) == 3 and one.isupper())
    return one in _UNITS and other == "business"
