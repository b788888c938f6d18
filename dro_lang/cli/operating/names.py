"""Names in filters that no program in the store has: where nothing is found, they are most likely misspelled."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from dro_lang.cli.output import say
from dro_lang.program.model import Program
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.operations.queries import Queries


def tell_unknown(queries: Queries, filter: StepFilter | PlanFilter) -> None:
    """Say which names of a filter under which nothing was found are those of nothing."""
    named = [(noun, name) for noun, name in _names(filter) if name is not None]
    if not named:
        return
    programs = [queries.store.program(hash) for hash in queries.store.programs()]
    for noun, name in named:
        known = {each for program in programs for each in _known(program, noun)}
        if name not in known:
            say(f"no program in the store has {noun} `{name}`{near(name, known)}")


def near(name: str, known: Iterable[str]) -> str:
    """What is likely meant by a name that nothing has; nothing where no other is like it."""
    alike = {each.casefold(): each for each in sorted(known, reverse=True)}
    found = get_close_matches(name.casefold(), alike, 1)
    return f": did you mean `{alike[found[0]]}`?" if found else ""


def _names(filter: StepFilter | PlanFilter) -> Iterator[tuple[str, str | None]]:
    yield "a plan", filter.plan
    if isinstance(filter, PlanFilter):
        yield "a scenario", filter.scenario
        yield "an object", filter.object
        yield from _names(filter.having) if filter.having is not None else ()
        return
    yield "a group", filter.group
    yield "a step", filter.step
    yield "a queue", filter.queue
    yield "an action or integration", filter.target


def _known(program: Program, noun: str) -> Iterator[str]:
    plans, groups = program.plans.values(), program.groups
    match noun:
        case "a plan":
            yield from program.plans
        case "a scenario":
            yield from (scenario.name for plan in plans for scenario in plan.scenarios)
        case "an object":
            yield from (mapping.object for mapping in program.mappings.values())
        case "a group":
            yield from groups
            yield from (call.instance for plan in plans for scenario in plan.scenarios for call in scenario.runs)
        case "a step":
            yield from (step.name for group in groups.values() for step in group.steps)
        case "a queue":
            yield from program.queues
        case _:
            yield from program.actions
            yield from program.integrations
