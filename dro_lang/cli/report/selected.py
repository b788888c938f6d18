"""What a selection of many records came to."""

from collections.abc import Iterator

from dro_lang.cli.output import plural
from dro_lang.program.model import Plan
from dro_lang.runtime.batch.job import Selected

_ERRORS = {"R0201": "more than one scenario", "R0202": "no scenario"}


def selected_lines(plan: Plan, selected: Selected, seconds: float) -> Iterator[str]:
    """How many records got each scenario, in the order of the plan, and how many got none."""
    rate = f"{selected.records / seconds:,.0f} a second" if seconds > 0 else ""
    yield f"{plan.name}: {plural(selected.records, 'record')}, {rate}"
    counts = [(each.name, selected.by_scenario.get(each.name, 0)) for each in plan.scenarios]
    counts += [(f"{_ERRORS[code]} ({code})", count) for code, count in sorted(selected.errors.items())]
    if selected.rejected:
        counts.append(("rejected", selected.rejected))
    if selected.items:
        counts.append(("rejected items", selected.items))
    width = max(len(name) for name, _ in counts)
    figures = max(len(f"{count:,}") for _, count in counts)
    for name, count in counts:
        yield f"  {name:<{width}}  {count:>{figures},}"
