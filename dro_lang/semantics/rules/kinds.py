"""Kinds of steps: those of sales transactions are refused (E0405)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.overview import Overview
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    for group in overview.all(ast.Group):
        for step in group.steps:
            if step.kind.name == "staged_assetize":
                yield diagnose(
                    "E0405",
                    step.kind.span,
                    f"step `{step.name.text}` cannot be `staged_assetize`: only sales transactions have this kind",
                    help="write `auto`, `callout`, `manual`, `milestone` or `pause`",
                )
