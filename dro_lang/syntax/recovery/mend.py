"""Tokens that do not fit made to fit, with one finding for each mistake."""

from collections.abc import Sequence

from attrs import define, evolve, field, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.source import Source
from dro_lang.syntax.automaton import Stack, advance, bottom, expected, last_open, read, settled
from dro_lang.syntax.recovery.candidates import candidates
from dro_lang.syntax.recovery.documentation import misplaced_documentation
from dro_lang.syntax.recovery.header import with_header
from dro_lang.syntax.recovery.panic import CLOSING, DECLARATIONS, best_cut, rest_left_out
from dro_lang.syntax.recovery.repairs import Kind, Repair, best
from dro_lang.syntax.recovery.wording import Failure, finding
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tree import END, Token

_QUIET = 6
"""So many tokens must fit after a mistake before another one on the same line is believed."""

_SPOILT = 3
"""So many tokens after something that the lexer could not read, nothing is believed."""

_PARTNERS = {"{": "}", "(": ")", "[": "]"}
_TERMINALS = {"}": "RBRACE", ")": "RPAR", "]": "RSQB"}

_MOST = 50
"""After so many mistakes the rest of the file is left out."""


@frozen
class Mended:
    """`tokens` fit. `failures`: where they did not, as far as it was reported. `damage`: the offsets of the tokens
    that were left out or changed, if they had a meaning (those that were put in are without width); `lost`: parts that
    were left out. `lost_header`: whether what was left out, or stands in another part, may be the body of a declaration
    of which the beginning is not there."""

    tokens: list[Token]
    diagnostics: tuple[Diagnostic, ...]
    failures: tuple[Failure, ...]
    damage: tuple[int, ...]
    lost: tuple[Token, ...]
    lost_header: bool


def mend(source: Source, tables: Tables, tokens: Sequence[Token], known: Sequence[Diagnostic] = ()) -> Mended:
    """Tokens that fit, made of those of a text by the fewest changes. Nothing is said about a line or a place that a
    `known` finding of the lexer may have spoilt."""
    tokens, findings = with_header(source, tokens)
    spoilt = {each.span for each in known}
    findings = [each for each in findings if each.span not in spoilt]
    mender = _Mender(source, tables, tokens, [*findings], [*known, *findings])
    mender.run()
    return Mended(
        [
            token if token.type in (stack.symbol, END) else token.retyped(stack.symbol)
            for token, stack in zip(mender.tokens, mender.stacks[1:], strict=True)
        ],
        tuple(mender.diagnostics),
        tuple(mender.failures),
        tuple(mender.damage),
        tuple(mender.lost),
        mender.lost_header,
    )


@define
class _Mender:
    """`stacks[i]` is the stack before token i. `balance`: how many more `}` have been put in than `}` taken out and `{`
    put in; `resumed`: the token with which parsing went on after the last mistake; `quiet_line`: the line up to which
    it may have had consequences."""

    source: Source
    tables: Tables
    tokens: list[Token]
    diagnostics: list[Diagnostic]
    known: list[Diagnostic]
    stacks: list[Stack] = field(factory=list)
    failures: list[Failure] = field(factory=list)
    damage: list[int] = field(factory=list)
    lost: list[Token] = field(factory=list)
    displaced: list[Token] = field(factory=list)
    """The first tokens of parts that were left out."""

    stand_ins: list[Token] = field(factory=list)
    """Keywords that were put in where another one began a line."""

    lost_header: bool = False
    balance: int = 0
    count: int = 0
    resumed: int = -1
    quiet_line: int = 0

    def run(self) -> None:
        self.stacks.append(bottom(self.tables))
        while True:
            index = len(self.stacks) - 1
            found = read(self.tables, self.stacks[index], self.tokens, index)
            if found is None:
                self.fail(index)
                continue
            self.stacks.append(found[0])
            token = self.tokens[index]
            if token.type == END:
                return

    def fail(self, index: int) -> None:
        """Change the tokens so that number `index` fits, or is left out."""
        if index and self.is_mistaken_for_name(index - 1):
            index -= 1
        stack, token = self.stacks[index], self.tokens[index]
        if self.is_mixed(stack, token):
            self.tokens[index] = token.retyped("OR" if token.type == "AND" else "AND")
            return
        repair = self.repair(index)
        if repair.kind is Kind.INSERT:
            index, stack, token = repair.start, self.stacks[repair.start], self.tokens[repair.start]
        state = settled(self.tables, stack, token.type, index).state
        failure = Failure(state, token.type, token.indent is not None, index, repair)
        diagnostic = finding(self.source, self.tables, self.stacks, self.tokens, failure)
        line = self.line(diagnostic.span.start)
        if self.is_news(failure, line):
            self.failures.append(failure)
            self.diagnostics.append(diagnostic)
        self.quiet_line = self.line(self.tokens[repair.end].start) if repair.kind is Kind.CUT else line
        self.resumed = max(index, repair.end) + len(repair.tokens) - (repair.end - repair.start)
        self.apply(repair)

    def is_mistaken_for_name(self, index: int) -> bool:
        """Whether a token that was read as a name was meant as something else, as parsing stops right after it: a
        keyword, or a word that begins a line, after a step that is waited for, where outcomes may stand; a keyword that
        begins a line in the middle of what the line before left unfinished; or one with a block instead of a value."""
        token, stack = self.tokens[index], self.stacks[index]
        if self.stacks[index + 1].symbol != "LOWER":
            return False
        is_keyword = token.type in self.tables.names
        if token.type in ("AFTER", "BEFORE") and self.tokens[index - 1].type == "STARTS":
            return True
        if advance(self.tables, stack, "PASSING", 0) is not None:
            return is_keyword or token.indent is not None
        is_unfinished = not any(advance(self.tables, stack, closing, 0) for closing in CLOSING)
        begins_block = self.tokens[index + 1] == "{" and advance(self.tables, self.stacks[index + 1], "COLON", 0)
        return is_keyword and bool(begins_block or (token.indent is not None and is_unfinished))

    def is_mixed(self, stack: Stack, token: Token) -> bool:
        """Whether `and` joins what `or` has joined, or the reverse; the builder says so, when it has seen all of it."""
        other = {"AND": "OR", "OR": "AND"}.get(token.type)
        if other is None or advance(self.tables, stack, other, 0) is None:
            return False
        is_outcome = advance(self.tables, stack, "PASSING", 0) is not None
        return not is_outcome

    def repair(self, index: int) -> Repair:
        self.count += 1
        if self.count > _MOST:
            if self.diagnostics:
                self.diagnostics[-1] = evolve(self.diagnostics[-1], notes=("the rest of the file was not looked at",))
            return rest_left_out(self.tables, self.stacks, self.tokens, index)
        documentation = misplaced_documentation(self.tables, self.stacks, self.tokens, index)
        if documentation:
            return documentation
        cut = best_cut(self.tables, self.stacks, self.tokens, index)
        tried = candidates(self.tables, self.stacks, self.tokens, index)
        small = best(self.tables, self.stacks, self.tokens, index, tried)
        return cut if small is None or cut.score > small.score else small

    def is_news(self, failure: Failure, line: int) -> bool:
        """Whether a mistake, which is reported on a line, is one of its own, not the consequence of an earlier one."""
        index = failure.index
        is_near = index < self.resumed + _QUIET and line <= self.quiet_line
        if is_near or index == self.resumed or self.count > _MOST or self.evens_out(failure.repair):
            return False
        if self.was_left_out(index):
            return False
        before, token = self.tokens[max(index - _SPOILT, 0)], self.tokens[index]
        return not any(
            before.start <= each.span.start <= token.start or self.line(each.span.start) == self.line(token.start)
            for each in self.known
        )

    def loses_header(self, repair: Repair) -> bool:
        """Whether a body without its beginning is left out, or is joined to the part before it as a `}` is left out."""
        left_out = self.tokens[repair.start : repair.end]
        follows = next(token for token in self.tokens[repair.end :] if token.type != "DOC")
        if repair.kind not in (Kind.CUT, Kind.DELETE) or not left_out:
            return False
        if last_open(self.stacks[repair.start]) is None:
            return left_out[0].type not in DECLARATIONS or left_out[0].type in ("USAGE", "CALENDAR")
        return left_out == ["}"] and follows != "}" and follows.type not in (END, *DECLARATIONS)

    def replace_partner(self, repair: Repair) -> None:
        """Where another bracket opens a part than the one that was written, another one closes it, too."""
        written, meant = self.tokens[repair.start], repair.tokens[0]
        if written not in _PARTNERS or meant not in _PARTNERS:
            return
        depth = 0
        for index in range(repair.end, len(self.tokens)):
            token = self.tokens[index]
            if token in _PARTNERS:
                depth += 1
            elif token in _PARTNERS.values() and depth:
                depth -= 1
            elif token == _PARTNERS[written]:
                closing = _PARTNERS[meant]
                self.tokens[index] = Token(_TERMINALS[closing], closing, token.start, token.end, token.indent)
                return
            elif token in _PARTNERS.values():
                return

    def line(self, offset: int) -> int:
        return self.source.position(offset)[0]

    def was_left_out(self, index: int) -> bool:
        """Whether what a block lacks at its end is a part of it that stood in the wrong place and was left out, or what
        is one too many stands where another part was taken for it."""
        block, token = last_open(self.stacks[index]), self.tokens[index]
        if block is None:
            return False
        begins = self.tokens[block.start].start
        if token != "}":
            return any(each.start > begins and each.type == token.type for each in self.stand_ins)
        wanted = expected(self.tables, self.stacks[index])
        return any(each.start > begins and each.type in wanted for each in self.displaced)

    def evens_out(self, repair: Repair) -> bool:
        """Whether a `}` that was put in or taken out in the wrong place explains the need for the opposite here, or a
        `{` that was put in the need for a `}`."""
        return abs(self.balance + self.braces(repair)) < abs(self.balance)

    def braces(self, repair: Repair) -> int:
        if repair.kind not in (Kind.INSERT, Kind.DELETE, Kind.REPEATED):
            return 0
        left_out = self.tokens[repair.start : repair.end]
        opened = sum(token == "{" for token in repair.tokens)
        return sum(token == "}" for token in repair.tokens) - opened - sum(token == "}" for token in left_out)

    def apply(self, repair: Repair) -> None:
        self.balance += self.braces(repair)
        left_out = self.tokens[repair.start : repair.end]
        self.lost_header = self.lost_header or self.loses_header(repair)
        if repair.kind is Kind.REPLACE:
            self.replace_partner(repair)
            self.stand_ins += [each for each in repair.tokens if each.indent is not None and each.is_word]
        if repair.kind is not Kind.UNDOCUMENTED:
            self.damage.extend(token.start for token in left_out)
        if repair.kind is Kind.CUT:
            self.lost.extend(left_out)
            self.displaced.extend(left_out[:1])
        self.tokens[repair.start : repair.end] = repair.tokens
        del self.stacks[repair.start + 1 :]
