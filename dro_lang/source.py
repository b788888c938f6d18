"""Source text and places in it."""

from bisect import bisect_right
from functools import cached_property
from pathlib import Path

from attrs import define, field, frozen


@define(eq=False, slots=False)
class Source:
    """The text of one `.dro` file, under the name by which a person knows it (usually its path)."""

    name: str
    text: str

    @classmethod
    def read(cls, path: Path, name: str | None = None) -> "Source":
        """Read a file as UTF-8, under its path as name where none is given; a byte order mark is dropped.

        Raises OSError or UnicodeDecodeError, which the caller turns into a diagnostic.
        """
        return cls(name or str(path), path.read_bytes().decode("utf-8-sig"))

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        return [0, *(i + 1 for i, char in enumerate(self.text) if char == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, both counted from 1, columns in code points."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")


@frozen
class Span:
    """A stretch of a source: offsets in code points, the end exclusive."""

    source: Source = field(repr=lambda source: source.name)
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def is_within(self, other: "Span") -> bool:
        """Whether all of this span lies in another one."""
        return self.source is other.source and other.start <= self.start and self.end <= other.end

    def to(self, other: "Span") -> "Span":
        """From the start of this span to the end of another one in the same source."""
        return Span(self.source, self.start, other.end)
