"""Documents to text: which breaks are taken, at most 120 columns where the tokens allow it."""

from attrs import define, field

from dro_lang.syntax.format.doc import Align, Blank, Break, Concat, Doc, Fill, Group, Indent, Text, When
from dro_lang.syntax.format.placement import Placement, place
from dro_lang.syntax.format.tokens import Comment, Token

WIDTH = 120
FILL_WIDTH = 100
"""Items of a broken list share a line up to here: shorter lines read better; one item alone may use the whole width."""

INDENT = 2
MAX_COMMENT_GAP = 24
"""A comment beside text keeps its column, so that comments stay aligned, unless that would be further away."""


def render(doc: Doc) -> str:
    """The text of a document, with a newline at its end."""
    printer = _Printer(place(doc))
    printer.put(doc, 0, False, 0)
    return printer.finished()


def is_one_line(doc: Doc) -> bool:
    """Whether a document fits on a line; comments above it don't count."""
    return _Printer(place(doc)).fits(doc, 0, WIDTH)


@define
class _Printer:
    placement: Placement
    lines: list[str] = field(factory=list)
    line: str = ""
    pending: tuple[int, Blank] | None = (0, Blank.OPENING)
    """A break that has been taken: the indentation of the next line, and the empty lines before it."""
    comment: Comment | None = None
    """Waits for the end of the line."""

    # ---- measuring

    def is_broken(self, doc: Doc) -> bool:
        return id(doc) in self.placement.broken

    def width(self, doc: Doc) -> int:
        """The width on one line."""
        return self.head(doc, True)[0]

    def head(self, doc: Doc, flat: bool) -> tuple[int, bool]:
        """The least that a document needs on the line where it starts, and whether a break ends that."""
        match doc:
            case Token():
                return len(doc.text), False
            case Text():
                return len(doc.flat if flat else doc.broken), False
            case Break(when, space):
                if self.is_broken(doc) or (when is When.GROUP and not flat):
                    return 0, True
                return len(space), False
            case Concat(parts):
                return self.heads(parts, flat, 0)
            case Group(inner) | Indent(inner) | Align(inner):
                return self.head(inner, flat and not self.is_broken(doc))
            case Fill(items, separators, breaks):
                parts = tuple(part for three in zip(items, separators, breaks, strict=False) for part in three)
                return self.heads((*parts, *items[-1:]), flat and not self.is_broken(doc), 0)

    def heads(self, parts: tuple[Doc, ...], flat: bool, start: int) -> tuple[int, bool]:
        total = 0
        for i in range(start, len(parts)):
            width, ended = self.head(parts[i], flat)
            total += width
            if ended:
                return total, True
        return total, False

    def fits(self, doc: Doc, after: int, limit: int, before: int = 0) -> bool:
        """Whether a document fits flat on this line, with so much before and after it."""
        return not self.is_broken(doc) and self.column() + before + self.width(doc) + after <= limit

    def column(self) -> int:
        return self.pending[0] if self.pending else len(self.line)

    # ---- printing

    def put(self, doc: Doc, indent: int, flat: bool, after: int) -> None:
        """Print; `after` is the width of what must follow on the last line."""
        match doc:
            case Token():
                self.token(doc)
            case Text():
                self.write(doc.flat if flat else doc.broken)
            case Break(when, space, blank):
                if self.is_broken(doc) or (when is When.GROUP and not flat):
                    self.pending = (indent, blank)
                else:
                    self.write(space)
            case Concat(parts):
                for i, part in enumerate(parts):
                    width, ended = self.heads(parts, flat, i + 1)
                    self.put(part, indent, flat, width if ended else width + after)
            case Group(inner):
                self.put(inner, indent, flat or self.fits(doc, after, WIDTH), after)
            case Indent(inner):
                self.put(inner, indent + INDENT, flat, after)
            case Align(inner, offset):
                self.put(inner, self.column() + offset, flat, after)
            case Fill():
                self.fill(doc, indent, flat or self.fits(doc, after, WIDTH), after)

    def fill(self, fill: Fill, indent: int, flat: bool, after: int) -> None:
        last = len(fill.items) - 1
        for i, item in enumerate(fill.items):
            follows = after if i == last else len(fill.separators[i].flat)
            item_is_flat = flat or self.fits(item, follows, WIDTH)
            self.put(item, indent, item_is_flat, follows)
            if i == last:
                return
            self.put(fill.separators[i], indent, flat, 0)
            gap = fill.breaks[i]
            next_follows = after if i + 1 == last else len(fill.separators[i + 1].flat)
            is_room = self.fits(fill.items[i + 1], next_follows, FILL_WIDTH, len(gap.flat))
            if flat or (item_is_flat and is_room and not self.is_broken(gap)):
                self.write(gap.flat)
            else:
                self.pending = (indent, gap.blank)

    def token(self, token: Token) -> None:
        own, inside = self.placement.above[token.index], self.placement.inside[token.index]
        above = [(comment.text, comment.blank_before) for comment in own]
        above += [(comment.text, token.blank_before and i == 0) for i, comment in enumerate(inside)]
        for text, blank_before in above:
            assert self.pending is not None, "comments stand above a segment, and a break opens it"
            indent, blank = self.pending
            self.new_line(blank_before)
            self.line += text
            self.pending = (indent, Blank.NONE if blank is Blank.NONE else Blank.KEEP)
        if self.pending and token.text:
            self.new_line(token.blank_before and not inside)
        self.line += token.text
        self.comment = self.placement.beside.get(token.index, self.comment)

    def write(self, text: str) -> None:
        if text and self.pending:
            self.new_line(False)
        self.line += text

    def new_line(self, blank_in_source: bool) -> None:
        """End the line, if there is one, and take the break that is pending."""
        assert self.pending is not None
        indent, blank = self.pending
        self.pending = None
        self.end_line()
        if self.lines and (blank is Blank.ONE or (blank is Blank.KEEP and blank_in_source)):
            self.lines.append("")
        self.line = " " * indent

    def end_line(self) -> None:
        line = self.line.rstrip(" ")
        if self.comment:
            gap = (self.comment.column or 0) - len(line)
            line += " " * (gap if 2 <= gap <= MAX_COMMENT_GAP else 2) + self.comment.text
        if line:
            self.lines.append(line)
        self.line, self.comment = "", None

    def finished(self) -> str:
        self.end_line()
        return "".join(f"{line}\n" for line in self.lines)
