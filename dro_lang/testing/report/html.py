"""Coverage as pages: an overview, and every source with the lines that tests show and those that they do not.

A page needs nothing but itself: no script, no font, no other file. Colours follow the reader's light or dark setting,
and a sign beside each line says the same as its colour.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from dro_lang.diagnostics.render.columns import harmless
from dro_lang.source import Source
from dro_lang.testing.coverage.goals import Kind
from dro_lang.testing.coverage.measure import Count, Coverage, Mark

_STYLE = Path(__file__).with_name("coverage.css")
_SIGNS = {"good": ("\u2713", "all shown"), "part": ("!", "partly shown"), "bad": ("\u2717", "not shown"), "": ("", "")}


def pages(coverage: Coverage) -> Mapping[str, str]:
    """The text of every page, by its file name; `index.html` leads to the others."""
    style = _STYLE.read_text(encoding="utf-8")
    names = {source.name: _file_name(number, source) for number, source in enumerate(coverage.sources, start=1)}
    found = {"index.html": _page("Coverage", _overview(coverage, names), style)}
    for source in coverage.sources:
        marks = [mark for mark in coverage.marks if mark.goal.span.source.name == source.name]
        found[names[source.name]] = _page(source.name, _source(source, marks), style)
    return found


def _file_name(number: int, source: Source) -> str:
    """A name that every file system takes; the number tells two of them apart."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", source.name.removesuffix(".dro")).strip("-")
    return f"{number}-{stem[-60:]}.html"


def _page(title: str, body: str, style: str) -> str:
    shown = _text(title)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{shown}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<h1>{shown}</h1>\n{body}</body>\n</html>\n"
    )


def _overview(coverage: Coverage, names: Mapping[str, str]) -> str:
    rows = []
    for source in coverage.sources:
        part = Coverage(tuple(mark for mark in coverage.marks if mark.goal.span.source.name == source.name))
        link = f'<a href="{escape(names[source.name])}">{_text(source.name)}</a>'
        rows.append(_row(link, [*(part.count(kind) for kind in Kind), part.count()]))
    rows.append(_row("<strong>all files</strong>", [*(coverage.count(kind) for kind in Kind), coverage.count()]))
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("file", *Kind, "total"))
    return (
        f'<div class="wide"><table class="counts">\n<thead><tr>{heads}</tr></thead>\n'
        f"<tbody>\n{''.join(rows)}</tbody>\n</table></div>\n"
    )


def _row(name: str, counts: Sequence[Count]) -> str:
    return f"<tr><td>{name}</td>{''.join(f'<td>{count}</td>' for count in counts)}</tr>\n"


def _source(source: Source, marks: Sequence[Mark]) -> str:
    counts = Coverage(tuple(marks))
    told = ", ".join(f"{kind} {counts.count(kind)}" for kind in Kind)
    legend = "".join(f"<span>{sign} {words}</span>" for sign, words in _SIGNS.values() if sign)
    lines = "".join(_line(source, number, marks) for number in range(1, len(source.line_starts) + 1))
    return (
        f'<p><a href="index.html">All files</a></p>\n<p>{told}</p>\n<p class="legend">{legend}</p>\n'
        f'<div class="wide"><table class="source">\n{lines}</table></div>\n'
    )


def _line(source: Source, number: int, marks: Sequence[Mark]) -> str:
    here = [mark for mark in marks if source.position(mark.goal.span.start)[0] == number]
    missing = [mark.goal for mark in here if not mark.reached]
    look = "" if not here else "good" if not missing else "bad" if len(missing) == len(here) else "part"
    sign, words = _SIGNS[look]
    row = f' class="{look}"' if look else ""
    cell = f'<td class="sign" title="{words}">{sign}</td>' if sign else '<td class="sign"></td>'
    text = "".join(_pieces(source, number, [mark for mark in marks if not mark.reached]))
    shown = f'<tr{row} id="line-{number}"><td class="number">{number}</td>{cell}<td class="code">{text}</td></tr>\n'
    notes = [f"{goal.subject}: {goal.missing}" for goal in missing]
    return shown + "".join(
        f'<tr{row}><td class="number"></td><td class="sign"></td><td class="note">{_text(note)}</td></tr>\n'
        for note in notes
    )


def _pieces(source: Source, number: int, missing: Sequence[Mark]) -> Iterator[str]:
    """The text of a line, what is missing marked."""
    start = source.line_starts[number - 1]
    text = source.line(number)
    marked = [False] * len(text)
    for mark in missing:
        first = max(mark.goal.span.start - start, len(text) - len(text.lstrip()))
        for offset in range(first, min(mark.goal.span.end - start, len(text))):
            marked[offset] = True
    begin = 0
    for offset in range(1, len(text) + 1):
        if offset == len(text) or marked[offset] != marked[begin]:
            piece = _text(text[begin:offset])
            yield f"<mark>{piece}</mark>" if marked[begin] else piece
            begin = offset


def _text(text: str) -> str:
    return escape(harmless(text))
