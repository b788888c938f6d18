"""Records as JSON: one on each line, an array of them, or one object. In memory there is one record at a time."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain
from typing import BinaryIO

from dro_lang.records.json_text import NotJson, decode
from dro_lang.records.problems import Found, InputError, Position, Problem, Rejected, shown
from dro_lang.records.streams import LONGEST_RECORD, chunks, lines, problem_of, too_long

BLANK = " \t\r\n"
"""White space of JSON; str.isspace knows more, and a record could be lost to it."""


def read_ndjson(stream: BinaryIO, name: str, first: int = 1) -> Iterator[Found | Rejected]:
    """One record a line; blank lines are passed over. `first` is the number of the stream's first line."""
    for line in lines(stream, first):
        position = Position(name, line=line.number)
        if line.problem is not None:
            yield Rejected(position, None, (line.problem,))
        elif line.text.strip(BLANK):
            yield _record(line.text, position)


def read_json(stream: BinaryIO, name: str) -> Iterator[Found | Rejected]:
    """The records of an array, or the one object. A record that cannot be read does not keep others from it.

    Raises InputError where the text is neither, or holds several objects without an array around them.
    """
    text = chunks(stream)
    first = next((chunk.lstrip(BLANK) for chunk in text if chunk.strip(BLANK)), "")
    if first.startswith("["):
        yield from _array(_elements(chain([first[1:]], text)), name)
    elif first.startswith("{"):
        yield _single(chain([first], text), name)
    else:
        begins = f"begins with {shown(first[:1])}" if first else "is empty"
        help = "give an array of records or one object, or name the file for its format: .ndjson, .csv"
        raise InputError(f"`{name}` is not JSON: it {begins}", help)


def _record(text: str, position: Position) -> Found | Rejected:
    problem = problem_of(text)
    if problem is not None:
        return Rejected(position, None, (problem,))
    data = decode(text)
    if isinstance(data, dict):
        return Found(position, data)
    return _broken(
        position, data.reason if isinstance(data, NotJson) else f"{shown(data)} is not an object with fields"
    )


def _broken(position: Position, reason: str) -> Rejected:
    return Rejected(position, None, (Problem(None, "R0101", reason),))


def _single(text: Iterable[str], name: str) -> Found | Rejected:
    position = Position(name, index=0)
    whole = ""
    for chunk in text:
        whole += chunk
        if len(whole) > LONGEST_RECORD:
            return Rejected(position, None, (too_long(),))
    data = decode(whole)
    if isinstance(data, NotJson) and data.goes_on:
        help = "put its records in an array, or, with one on each line, name the file .ndjson"
        raise InputError(f"`{name}` has more after its first object", help)
    return _record(whole, position)


class _End(Enum):
    """What an element of an array is followed by."""

    COMMA = ","
    BRACKET = "]"
    CUT = "the end of the file"
    AFTER = "nothing, as it stands after the end of the array"


def _array(elements: Iterator[tuple[str | None, _End]], name: str) -> Iterator[Found | Rejected]:
    for index, (text, end) in enumerate(elements):
        position = Position(name, index=index)
        blank = text is not None and not text.strip(BLANK)
        if text is None:
            yield Rejected(position, None, (too_long(),))
        elif end is _End.AFTER:
            yield _broken(position, f"there is more after the end of the array: {shown(text.strip(BLANK))}")
        elif not blank:
            record = _record(text, position)
            if end is _End.CUT and isinstance(record, Rejected):
                yield _broken(position, "the file ends in the middle of this record: it is cut off")
                return
            yield record
        elif end is _End.COMMA or (end is _End.BRACKET and index > 0):
            yield _broken(position, "a comma without a record before or after it")
        if end is _End.CUT:
            yield _broken(Position(name, index=index if blank else index + 1), "the array has no end: it is cut off")


_BETWEEN = re.compile(r'(?:[^"\[\]{},]++|"[^"\\\n]*+")*+')
"""Up to the next character that can end an element, or begin one, or a text that is not simply ended."""
_INSIDE = re.compile(r'(?:[^"\[\]{}]++|"[^"\\\n]*+")*+')
"""The same inside an object or a list, where commas end nothing."""
_IN_TEXT = re.compile(r'["\\\n]')
"""What ends a text, or escapes what would. JSON has no newline in a text: where one stands, the end was forgotten."""


def _elements(text: Iterable[str]) -> Iterator[tuple[str | None, _End]]:
    """The text of each element of an array, from after its opening bracket; None for one that is too long.

    Only brackets and quotes are looked at, so that an element that is not JSON still has an end.
    """
    chunks = iter(text)
    kept: list[str] = []
    size = depth = skip = 0
    in_text = False

    def taken(piece: str) -> str | None:
        return "".join(kept) + piece if size + len(piece) <= LONGEST_RECORD else None

    for chunk in chunks:
        start, at, skip = 0, skip, 0
        while at < len(chunk):
            if in_text:
                match = _IN_TEXT.search(chunk, at)
                at = match.end() if match else len(chunk)
                if match and match[0] == "\\":
                    at += 1
                    skip = max(0, at - len(chunk))
                elif match:
                    in_text = False
                continue
            at = (_INSIDE if depth else _BETWEEN).match(chunk, at).end()  # type: ignore[union-attr]
            char = chunk[at : at + 1]
            at += 1
            if char == '"':
                in_text = True
            elif char in ("[", "{"):
                depth += 1
            elif char and depth and char in "]}":
                depth -= 1
            elif char in (",", "]"):
                yield taken(chunk[start : at - 1]), _End.COMMA if char == "," else _End.BRACKET
                kept.clear()
                start, size = at, 0
                if char == "]":
                    rest = next((piece for piece in chain([chunk[at:]], chunks) if piece.strip(BLANK)), "")
                    if rest:
                        yield rest, _End.AFTER
                    return
        size += len(chunk) - start
        if size <= LONGEST_RECORD:
            kept.append(chunk[start:])
        else:
            kept.clear()
    yield taken(""), _End.CUT
