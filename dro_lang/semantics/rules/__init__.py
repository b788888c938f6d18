"""The rules of the language beyond types, one concept a file. Each gives what it finds; none relies on another."""

from collections.abc import Callable, Iterable

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.semantics.modules import Module
from dro_lang.semantics.rules import (
    calendars,
    chains,
    clauses,
    compensation,
    contexts,
    cycles,
    instances,
    items,
    kinds,
    levels,
    mapping_pairs,
    mappings,
    order,
    plans,
    routings,
    scenarios,
    schedules,
    scopes,
    unused,
    usage,
    values,
    waits,
)
from dro_lang.semantics.rules.overview import Overview

Rule = Callable[[Overview], Iterable[Diagnostic]]
Lint = Callable[[Overview, Module], Iterable[Diagnostic]]

RULES: tuple[Rule, ...] = (
    plans.check,
    usage.check,
    mapping_pairs.check,
    contexts.check,
    mappings.check,
    items.check,
    kinds.check,
    scopes.check,
    scenarios.check,
    instances.check,
    clauses.check,
    waits.check,
    cycles.check,
    compensation.check,
    routings.check,
    chains.check,
    values.check,
    levels.check,
    calendars.check,
    schedules.check,
)

LINTS: tuple[Lint, ...] = (unused.check, order.check)


def check(overview: Overview) -> list[Diagnostic]:
    """What the rules find in all modules of a world."""
    return [diagnostic for rule in RULES for diagnostic in rule(overview)]


def lint(overview: Overview, module: Module) -> list[Diagnostic]:
    """What is untidy in a module (W1, W3). Only for a world without errors: what a mistake hides may use what seems to
    be unused."""
    return [diagnostic for rule in LINTS for diagnostic in rule(overview, module)]
