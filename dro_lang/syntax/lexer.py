"""Text to tokens. What is no token is reported, and replaced by what it must have meant where that is clear."""

from attrs import define, field, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.source import Source, Span
from dro_lang.syntax.mistakes import Mistake, touching, unreadable
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tree import END, Token
from dro_lang.syntax.trivia import Comment

_MOST = 100
"""After so many findings the others are not said."""


@frozen
class Lexed:
    """`tokens` end with the end of the file."""

    tokens: list[Token]
    comments: tuple[Comment, ...]
    diagnostics: tuple[Diagnostic, ...]


def lex(source: Source, tables: Tables) -> Lexed:
    """The tokens and the comments of a source, and what is wrong with its characters."""
    lexer = _Lexer(source, tables)
    lexer.run()
    return Lexed(lexer.tokens, tuple(lexer.comments), tuple(lexer.diagnostics))


@define
class _Lexer:
    """`line_end`: where the line of the last token ends; `noisy_line`: the last one of which noise was reported."""

    source: Source
    tables: Tables
    tokens: list[Token] = field(factory=list)
    comments: list[Comment] = field(factory=list)
    diagnostics: list[Diagnostic] = field(factory=list)
    line_end: int = 0
    noisy_line: int = 0

    def run(self) -> None:
        text = self.source.text
        match, ignored, keywords = self.tables.scanner.match, self.tables.ignored, self.tables.keywords
        position = 1 if text.startswith("\ufeff") else 0
        while position < len(text):
            found = match(text, position)
            if found is None:
                position = self.mend(unreadable(self.source, position))
                continue
            kind, start, position = found.lastgroup or "", position, found.end()
            if kind in ignored:
                if kind == "COMMENT":
                    self.comments.append(Comment(Span(self.source, start, position), self.indent(start) is not None))
                continue
            word = found[0]
            token = Token(keywords.get(word, kind), word, start, position, self.indent(start))
            mistake = touching(self.source, self.tokens[-1] if self.tokens else None, token)
            if mistake is None:
                self.tokens.append(token)
            else:
                position = self.mend(mistake)
        self.tokens.append(Token(END, "", len(text), len(text)))

    def indent(self, start: int) -> int | None:
        """How far from the margin the first token or comment of a line is, None for another; asked of all, in order."""
        if start < self.line_end:
            return None
        line_end = self.source.text.find("\n", start)
        self.line_end = len(self.source.text) if line_end < 0 else line_end
        return start - (self.source.text.rfind("\n", 0, start) + 1)

    def mend(self, mistake: Mistake) -> int:
        """Take over what stands for a mistake, and go on after it."""
        indent = self.indent(mistake.start)
        while self.tokens and self.tokens[-1].end > mistake.start:
            indent = self.tokens.pop().indent
        line = self.source.position(mistake.start)[0]
        is_said = mistake.is_noise and line == self.noisy_line
        if not is_said and len(self.diagnostics) < _MOST:
            self.diagnostics.append(mistake.diagnostic)
        if mistake.is_noise:
            self.noisy_line = line
        if mistake.text is not None:
            terminal = mistake.terminal or self.terminal(mistake.text)
            self.tokens.append(Token(terminal, mistake.text, mistake.start, mistake.end, indent))
        return mistake.end

    def terminal(self, text: str) -> str:
        found = self.tables.scanner.fullmatch(text)
        assert found
        assert found.lastgroup
        return self.tables.keywords.get(text, found.lastgroup)
