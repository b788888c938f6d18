"""A TOML document as a tree that knows where each of its values stands, which `tomllib` does not tell."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.source import Source, Span

Path = tuple[str | int, ...]


@frozen
class Node:
    """A value (of a table its nodes by key, of an array its nodes in order), the key it stands under, and itself."""

    value: Any
    key: Span
    span: Span

    @property
    def is_table(self) -> bool:
        return isinstance(self.value, Mapping)


def document(source: Source) -> Node | Diagnostic:
    """The tree of a text; or what is wrong with it (C0101)."""
    try:
        data = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return _not_toml(source, str(error))
    places = dict(_Scanner(source).places())
    start = Span(source, 0, 0)

    def node(value: Any, path: Path) -> Node:
        key, span = places.get(path, (start, start))
        if isinstance(value, dict):
            return Node({name: node(each, (*path, name)) for name, each in value.items()}, key, span)
        if isinstance(value, list):
            return Node(tuple(node(each, (*path, index)) for index, each in enumerate(value)), key, span)
        return Node(value, key, span)

    return node(data, ())


_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _not_toml(source: Source, said: str) -> Diagnostic:
    match = _AT.search(said)
    at = len(source.text)
    if match and match[1]:
        at = source.line_starts[int(match[1]) - 1] + int(match[2]) - 1
    what = said[: match.start()] if match else said
    return diagnose(
        "C0101",
        Span(source, at, min(at + 1, len(source.text))),
        f"this is not TOML: {what[:1].lower()}{what[1:]}",
        help="see https://toml.io for how it is written",
    )


_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|' + r"'''.*?'{3,5}(?!')|" + r'"(?:[^"\\]|\\.)*"|' + r"'[^']*'", re.DOTALL
)
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")

Place = tuple[Path, tuple[Span, Span]]


class _Scanner:
    """Goes through a text that is known to be TOML, and tells the place of each key and its value."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 0

    def places(self) -> Iterator[Place]:
        table: Path = ()
        arrays: dict[Path, int] = {}
        while self._skip(_BLANK) < len(self.text):
            if self.text.startswith("[[", self.at):
                names, spans = self._header(2)
                table = (*self._indexed(names[:-1], arrays), names[-1])
                arrays[table] = arrays.get(table, -1) + 1
                yield from self._named(table, spans)
                table = (*table, arrays[table])
                yield table, (spans[-1], spans[-1])
            elif self.text[self.at] == "[":
                names, spans = self._header(1)
                table = self._indexed(names, arrays)
                yield from self._named(table, spans)
            else:
                yield from self._pair(table)

    def _header(self, brackets: int) -> tuple[Path, list[Span]]:
        self.at += brackets
        names, spans = self._keys()
        self.at += brackets
        return names, spans

    def _indexed(self, names: Path, arrays: Mapping[Path, int]) -> Path:
        """A path of names, with the last index so far after each array of tables on it."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in arrays:
                path = (*path, arrays[path])
        return path

    def _named(self, table: Path, spans: list[Span]) -> Iterator[Place]:
        """The places of the tables that a dotted key or header names."""
        names = [index for index, part in enumerate(table) if isinstance(part, str)]
        for index, span in zip(reversed(names), reversed(spans), strict=False):
            yield table[: index + 1], (span, span)

    def _pair(self, table: Path) -> Iterator[Place]:
        names, spans = self._keys()
        self.at += 1  # the equals sign
        path = (*table, *names)
        yield from self._named(path[:-1], spans[:-1])
        yield from self._value(path, spans[-1])

    def _keys(self) -> tuple[Path, list[Span]]:
        names: list[str] = []
        spans: list[Span] = []
        while True:
            start = self._skip(_SPACE)
            quoted = _STRING.match(self.text, start)
            match = quoted or _BARE_KEY.match(self.text, start)
            assert match is not None  # the text is TOML
            self.at = match.end()
            names.append(tomllib.loads(f"x = {match[0]}")["x"] if quoted else match[0])
            spans.append(Span(self.source, start, self.at))
            if self.text[self._skip(_SPACE)] != ".":
                return tuple(names), spans
            self.at += 1

    def _value(self, path: Path, key: Span) -> Iterator[Place]:
        start = self._skip(_SPACE)
        opening = self.text[start]
        if opening == "[":
            yield from self._elements(path, key)
        elif opening == "{":
            yield from self._inline(path)
        else:
            match = _STRING.match(self.text, start) or _BARE_VALUE.match(self.text, start)
            assert match is not None  # a bare value may be of any length
            self.at = start + len(match[0].rstrip())
        yield path, (key, Span(self.source, start, self.at))

    def _elements(self, path: Path, key: Span) -> Iterator[Place]:
        self.at += 1
        index = 0
        while self.text[self._skip(_BLANK)] != "]":
            yield from self._value((*path, index), key)
            index += 1
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def _inline(self, path: Path) -> Iterator[Place]:
        self.at += 1
        while self.text[self._skip(_BLANK)] != "}":
            yield from self._pair(path)
            if self.text[self._skip(_BLANK)] == ",":
                self.at += 1
        self.at += 1

    def _skip(self, pattern: "re.Pattern[str]") -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at
