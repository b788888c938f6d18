"""`drolang explain`: the long form of a code."""

import json
import shutil
import sys
from collections.abc import Callable
from difflib import get_close_matches
from itertools import groupby
from typing import Any

import click

from dro_lang.cli.output import Exit, Misuse, color_option, colored, emit, styled
from dro_lang.diagnostics.pages import FAMILIES, family, page
from dro_lang.diagnostics.registry import Code, registered, registry
from dro_lang.diagnostics.render.page import render

_WIDEST = 88
"""Longer lines are hard to read, however wide the terminal is."""


@click.command("explain", short_help="Explain a code, such as E0702, or list them all.")
@click.argument("code", required=False)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to write it.",
)
@color_option
def command(code: str | None, format_: str, color: str) -> Exit:
    """Explain the code of a finding: what it means, why it matters, what to do, and an example mended.

    Without a code, list all codes by family.

    \b
    Examples:
      drolang explain E0702
      drolang explain
      drolang explain E0702 --format markdown
    """
    shade = colored(sys.stdout, color)
    if code is None:
        listings: dict[str, Callable[[], str]] = {
            "text": lambda: _list_text(shade),
            "markdown": _list_markdown,
            "json": lambda: _json({"codes": [_entry(each) for each in registry().values()]}),
        }
        emit(listings[format_]())
        return Exit.OK
    name = code.upper()
    if name not in registry():
        close = get_close_matches(name, registry(), n=1, cutoff=0.6)
        raise Misuse(
            f"there is no code `{code}`; "
            + (f"did you mean `{close[0]}`?" if close else "`drolang explain` lists all codes")
        )
    markdown = page(name)
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    pages: dict[str, Callable[[], str]] = {
        "text": lambda: render(markdown, width, shade),
        "markdown": lambda: markdown,
        "json": lambda: _json({**_entry(registered(name)), "page": markdown}),
    }
    emit(pages[format_]())
    return Exit.OK


def _entry(code: Code) -> dict[str, Any]:
    return {
        "code": code.name,
        "severity": code.severity.value,
        "title": code.title,
        "family": FAMILIES[family(code.name)],
    }


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _list_text(color: bool) -> str:
    blocks = []
    for prefix, codes in groupby(registry().values(), lambda code: family(code.name)):
        lines = [styled(f"{prefix}  {FAMILIES[prefix]}", color, bold=True)]
        lines += [f"  {styled(code.name, color, fg='cyan')}  {code.title}" for code in codes]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join((*blocks, "`drolang explain CODE` tells more about one of them.\n"))


def _list_markdown() -> str:
    blocks = []
    for prefix, codes in groupby(registry().values(), lambda code: family(code.name)):
        lines = [f"## {prefix}: {FAMILIES[prefix]}", "", "| code | meaning |", "|---|---|"]
        lines += [f"| {code.name} | {code.title} |" for code in codes]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
