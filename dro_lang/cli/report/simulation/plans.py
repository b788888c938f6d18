"""Single plans of a simulation that are to be drawn."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from dro_lang.cli.output import plural
from dro_lang.cli.report.cells import PLAN_STATES
from dro_lang.cli.report.results import Result
from dro_lang.cli.report.simulation.outcome import Outlook
from dro_lang.interop.gantt import Chart, Gantt
from dro_lang.runtime.simulation.bars import bars_of
from dro_lang.runtime.simulation.simulate import Simulated

MOST = 20
"""Of more plans than these a picture would be too long to be of use."""


@frozen
class Drawn:
    """A plan of which there is to be a picture."""

    result: Result
    simulated: Simulated


def left_out(outlook: Outlook, plans: Sequence[Drawn]) -> Iterator[str]:
    """Says how many plans are not drawn, if any."""
    others = outlook.tally.plans.total() - len(plans)
    if others:
        yield f"and {plural(others, 'more plan')} that are not drawn: --only ID draws one"


def gantt_of(outlook: Outlook, plans: Sequence[Drawn]) -> Gantt:
    """The plans as a chart."""
    asked = outlook.asked
    title = f"{asked.plan.name}, simulated"
    days = f"from {asked.today} to {asked.until} ({asked.plan.timezone}), seed {asked.seed}"
    notes = (days, f"assumed: {'; '.join(asked.assumed)}", *left_out(outlook, plans))
    return Gantt(title, notes, asked.began, asked.ends, tuple(map(_chart, plans)))


def _chart(drawn: Drawn) -> Chart:
    result = drawn.result
    assert result.plan_state is not None  # a plan is drawn
    name = "  ".join(part for part in (result.record_id or "", result.name) if part)
    about = f"{' + '.join(result.scenarios)}: {PLAN_STATES[result.plan_state]}"
    return Chart(name, about, bars_of(drawn.simulated))
