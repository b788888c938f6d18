"""Lists that commands show: options, pages, formats."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import islice
from typing import Any, TypeVar

import click
from attrs import fields, frozen

from dro_lang.cli.output import emit, format_option, say
from dro_lang.cli.report.lines import WholeLines
from dro_lang.runtime.operations.documents import Document
from dro_lang.runtime.operations.pages import Page

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")

SHOWN = 50
"""So many rows a table has at most, if nobody says otherwise."""
_PAGE = 500


@frozen
class Listing:
    """How a list is shown: its format, how many rows at most (None: all in JSON, some in a table), and from behind
    which place on."""

    format_: str
    limit: int | None
    after: str | None

    def rows(self, page: Callable[[str | None, int], Page[R]]) -> tuple[list[R], str | None]:
        """The rows of a table, and where those behind them begin."""
        wanted, rows, after = self.limit or SHOWN, list[R](), self.after
        while True:
            # A page may be a short one where few of those that were looked at are meant.
            found = page(after, wanted - len(rows))
            rows += found.rows
            after = found.next
            if after is None or len(rows) == wanted:
                return rows, after

    def each(self, page: Callable[[str | None, int], Page[R]]) -> Iterator[R]:
        """The rows, page by page."""
        return islice(_each(page, self.after), self.limit)


def _each(page: Callable[[str | None, int], Page[R]], after: str | None) -> Iterator[R]:
    while True:
        found = page(after, _PAGE)
        yield from found.rows
        after = found.next
        if after is None:
            return


def listing_options(command: F) -> F:
    """`--format`, `--limit` and `--after`, given to the command together as `listing`."""

    @wraps(command)
    def with_listing(**given: Any) -> Any:
        return command(listing=Listing(*(given.pop(each.name) for each in fields(Listing))), **given)

    wrapped: Any = with_listing
    for option in (
        click.option("--after", metavar="PLACE", help="Go on behind this place, which the page before named."),
        click.option(
            "--limit",
            type=click.IntRange(1),
            metavar="N",
            help=f"So many at most.  [default: {SHOWN} in a table, else all]",
        ),
        format_option,
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def deliver(documents: Iterable[Document], format_: str) -> bool:
    """Documents to standard output, as they come: an array, or a line each. Whether there were any."""
    begun = False
    with WholeLines(sys.stdout, "standard output") as out:
        for document in documents:
            text = json.dumps(document, ensure_ascii=False)
            out.write(f"{text}\n" if format_ == "ndjson" else f"{',' if begun else '['}\n{text}")
            begun = True
        if format_ != "ndjson":
            out.write("\n]\n" if begun else "[]\n")
    return begun


def deliver_one(document: Document, format_: str) -> None:
    """One document, on a line or indented."""
    emit(json.dumps(document, ensure_ascii=False, indent=None if format_ == "ndjson" else 2) + "\n")


def show(lines: Iterable[str]) -> None:
    """The lines of a table."""
    for line in lines:
        emit(line + "\n")


def tell_the_rest(shown: int, count: int, noun: str, after: str | None) -> None:
    """Say how many there are, and how to see more."""
    more = f"; more with --after {after}, or --limit" if after is not None else ""
    total = f"{shown:,} of {count:,} {noun}s" if after is not None else f"{shown:,} {noun}{'' if shown == 1 else 's'}"
    say(f"{total}{more}")
