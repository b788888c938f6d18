"""Mappings beside each other: one per object and usage type (E0404), and one context per usage type (E0403)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.overview import Overview
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    first_of: dict[tuple[str, int], ast.Mapping] = {}
    refused: set[int] = set()
    for mapping in overview.all(ast.Mapping):
        usage = overview.find(mapping.usage, ast.UsageType)
        if usage is None:
            continue
        first = first_of.setdefault((mapping.object.value, id(usage)), mapping)
        if first is not mapping:
            refused.add(id(mapping))
            yield diagnose(
                "E0404",
                mapping.object.span,
                f"object `{mapping.object.value}` has two mappings with usage type `{usage.name.text}`",
                (first.object.span, f"mapping `{first.name.text}` maps it first"),
                help="a record must find one mapping: keep one of them, or give one another usage type",
            )
    yield from _one_context(overview, refused)


def _one_context(overview: Overview, refused: set[int]) -> Iterator[Diagnostic]:
    for plan in overview.plans:
        first_of: dict[int, tuple[ast.Mapping, ast.Context]] = {}
        for mapping in overview.mappings(plan.module):
            usage, context = overview.find(mapping.usage, ast.UsageType), overview.find(mapping.context, ast.Context)
            if usage is None or context is None or id(mapping) in refused:
                continue
            first, first_context = first_of.setdefault(id(usage), (mapping, context))
            if first_context is context:
                continue
            refused.add(id(mapping))
            yield diagnose(
                "E0403",
                mapping.context.span,
                f"usage type `{usage.name.text}` maps to two contexts, "
                f"`{first_context.name.text}` and `{context.name.text}`",
                (first.context.span, f"mapping `{first.name.text}` maps it to `{first_context.name.text}`"),
                notes=(f"plan `{plan.plan.name.text}` sees both mappings",),
                help="give one of the contexts a usage type of its own, or keep them in modules that no plan imports "
                "together",
            )
