"""A whole simulation: what it was asked, and what has come of it so far."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, frozen

from dro_lang.cli.report.results import Result, Tally
from dro_lang.program.model import Plan
from dro_lang.records.load import Accepted
from dro_lang.runtime.simulation.days import Day, Days, Desk
from dro_lang.runtime.simulation.simulate import Simulated
from dro_lang.runtime.simulation.totals import StepTotal, Totals
from dro_lang.runtime.submission import beginning


@frozen
class Asked:
    """The plan, the days from which and to which time goes, the seed, and what is assumed, in the words in which it
    can be asked again."""

    plan: Plan
    today: date
    until: date
    seed: int
    assumed: tuple[str, ...]

    @property
    def began(self) -> datetime:
        return beginning(self.today, ZoneInfo(self.plan.timezone))

    @property
    def ends(self) -> datetime:
        return beginning(self.until, ZoneInfo(self.plan.timezone))


@define
class Outlook:
    """What has come of all records: their results without their steps, the days, and the steps."""

    asked: Asked
    days: Days
    totals: Totals
    tally: Tally

    def add(self, result: Result, simulated: Simulated | None) -> None:
        self.tally.add(result)
        if simulated is not None:
            self.days.add(simulated)
            self.totals.add(simulated)


def result_of(accepted: Accepted, simulated: Simulated) -> Result:
    """The result of a record that was simulated."""
    label = accepted.row.get("name")
    plan = simulated.plan
    return Result(
        accepted.id,
        label if isinstance(label, str) else "",
        simulated.selection.matched,
        "Error" if plan is None else "Success",
        simulated.error_code,
        simulated.reason,
        None if plan is None else plan.status,
    )


def object_of(outlook: Outlook) -> dict[str, Any]:
    """The object that tells a simulation as a whole."""
    asked, tally = outlook.asked, outlook.tally
    days = list(outlook.days)
    return {
        "plan": asked.plan.name,
        "timezone": asked.plan.timezone,
        "today": str(asked.today),
        "until": str(asked.until),
        "seed": asked.seed,
        "assumed": list(asked.assumed),
        "records": {
            "total": tally.records,
            "planned": [{"scenarios": list(names), "records": count} for names, count in sorted(tally.plans.items())],
            "refused": dict(sorted(tally.errors.items())),
            "rejected": tally.rejected,
        },
        "plans": dict(sorted(days[-1].plans.items())),
        "days": [_day(day) for day in days],
        "steps": [_step(total) for total in outlook.totals.steps.values()],
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "day": str(day.day),
        "entered": dict(sorted(day.entered.items())),
        "steps": dict(sorted(day.steps.items())),
        "in_jeopardy": day.in_jeopardy,
        "late": day.late,
        "finished_late": day.finished_late,
        "plans": dict(sorted(day.plans.items())),
        "work": [
            {**_desk(desk), "came": load.came, "went": load.went, "open": load.open, "late": load.late}
            for desk, load in day.desks.items()
        ],
    }


def _desk(desk: Desk) -> dict[str, Any]:
    return {"owner": desk.owner, "work": "fallout" if desk.is_fallout else "tasks"}


def _step(total: StepTotal) -> dict[str, Any]:
    return {
        "step": total.name,
        "states": dict(sorted(total.states.items())),
        "late": total.late,
        "seconds": {"median": total.time(0.5), "nine_of_ten": total.time(0.9)},
    }
