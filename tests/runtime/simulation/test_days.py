"""What many plans come to day by day, held equal to counting what is told one by one."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from dro_lang.kernel.states import Jeopardy, StepStatus
from dro_lang.program.model import StepKind
from dro_lang.program.values import Duration
from dro_lang.runtime.simulation.assumptions import End, Ending
from dro_lang.runtime.simulation.bars import bars_of
from dro_lang.runtime.simulation.chance import Delay
from dro_lang.runtime.simulation.days import Days, Desk, weeks
from dro_lang.runtime.simulation.events import events_of
from dro_lang.runtime.simulation.simulate import Simulated
from dro_lang.runtime.simulation.totals import Totals
from tests.programs.laws import law
from tests.runtime.simulation.test_simulate import TODAY, Case, cases, run, simulated


def days_of(plans: Iterable[Simulated], first: date, last: date) -> Days:
    days = Days(first, last)
    for each in plans:
        days.add(each)
    return days


@law(40, case=cases())
def test_the_end_of_each_day_is_what_was_told_until_then(case: Case) -> None:
    first, last = case[3], case[4]
    result = simulated(case)
    told = [(datetime.fromisoformat(event["at"]).date(), event) for event in events_of(result)]
    for day in days_of([result], first, last):
        states: dict[Any, str] = {}
        plans: Counter[str] = Counter()
        for at, event in told:
            if at <= day.day and event["event"] == "step":
                states[event["step"], event["item"], event["copy"]] = event["to"]
            if at <= day.day and event["event"] == "plan":
                plans = Counter([event["to"]])
        assert day.steps == Counter(states.values())
        assert day.plans == plans
        entered = Counter(event["to"] for at, event in told if at == day.day and event.get("from") and "step" in event)
        assert day.entered == entered


@law(40, case=cases())
def test_work_comes_lies_and_goes(case: Case) -> None:
    first, last = case[3], case[4]
    result = simulated(case)
    days = list(days_of([result], first, last))
    for before, after in pairwise(days):
        for desk, load in after.desks.items():
            assert load.open == before.desks[desk].open + load.came - load.went
            assert 0 <= load.late <= load.open
    open_tasks = [
        each for each in result.steps if each.kind is StepKind.MANUAL and each.state in ("ready", "in_progress")
    ]
    fallout = [each for each in result.steps if each.state == "fatally_failed" and each.outcome is None]
    lying = {desk: load.open for desk, load in days[-1].desks.items() if load.open}
    assert sum(count for desk, count in lying.items() if not desk.is_fallout) == len(open_tasks)
    assert sum(count for desk, count in lying.items() if desk.is_fallout) == len(fallout)
    unfinished = [each for each in result.steps if each.finished_at is None and each.outcome is None]
    assert days[-1].late == sum(each.jeopardy is Jeopardy.LATE for each in unfinished)
    assert days[-1].in_jeopardy == sum(each.jeopardy is Jeopardy.IN_JEOPARDY for each in unfinished)


@law(40, case=cases())
def test_the_bar_of_a_step_is_its_life(case: Case) -> None:
    result = simulated(case)
    bars = bars_of(result)
    assert [(bar.step, bar.state, bar.at, bar.reason) for bar in bars] == [
        (view.id, view.state, view.since, view.reason) for view in result.steps
    ]
    for bar in bars:
        for one, other in pairwise(bar.stretches):
            assert one.end == other.start
        assert not bar.stretches or bar.stretches[-1].end == result.ended


def test_tasks_lie_with_a_queue_or_a_user_and_what_has_failed_with_its_fallout_queue() -> None:
    slow = Delay(Duration(days=3))
    plans = [run(f"C-{number}", takes={"people": slow}) for number in range(4)]
    plans.append(run("C-9", takes={"people": slow}, endings={"Work.ask": (Ending(End.FAILED),)}))
    plans.append(run("C-8", endings={"Work.check": (Ending(End.OPEN),), "Work.twice": (Ending(End.OPEN),)}))
    days = days_of(plans, TODAY, TODAY + timedelta(days=8))
    assert days.desks == [Desk("Agents"), Desk("ann@example.com"), Desk("Broken", is_fallout=True)]
    by_day = {day.day.day: day for day in days}
    agents = {number: day.desks[Desk("Agents")] for number, day in by_day.items()}
    assert (agents[1].came, agents[1].open, agents[1].late) == (6, 6, 0)
    # They are due within two days, and are warned of a day before.
    assert (by_day[2].in_jeopardy, by_day[2].late) == (6, 0)
    assert (agents[3].open, agents[3].late) == (6, 6)
    assert (agents[4].went, agents[4].open, agents[4].late) == (5, 1, 1)
    assert (by_day[4].finished_late, by_day[6].finished_late) == (5, 1)
    assert by_day[6].desks[Desk("ann@example.com")].came == 1
    assert by_day[4].desks[Desk("Broken", is_fallout=True)].open == 1


def test_weeks_gather_what_happened_and_stand_as_their_last_day() -> None:
    slow = Delay(Duration(days=1), Duration(days=4))
    plans = [run(f"C-{number}", takes={"people": slow}) for number in range(30)]
    days = list(days_of(plans, TODAY, TODAY + timedelta(days=20)))
    by_week = list(weeks(days))
    # 2026-12-01 is a Tuesday.
    assert [week.day for week in by_week] == [date(2026, 12, 6), date(2026, 12, 13), date(2026, 12, 20), days[-1].day]
    last = {day.day: day for day in days}
    for week in by_week:
        assert (week.steps, week.late, week.plans) == (last[week.day].steps, last[week.day].late, last[week.day].plans)
    assert sum((week.entered for week in by_week), Counter[StepStatus]()) == sum(
        (day.entered for day in days), Counter[StepStatus]()
    )
    agents = Desk("Agents")
    assert sum(week.desks[agents].went for week in by_week) == sum(day.desks[agents].went for day in days) == 30
    assert by_week[0].desks[agents].came == 30


def test_the_last_day_goes_no_further_than_its_beginning() -> None:
    until = TODAY + timedelta(days=3)
    days = list(days_of([run(takes={"people": Delay(Duration(days=3))}, until=until)], TODAY, until))
    assert [day.day for day in days] == [TODAY + timedelta(days=number) for number in range(4)]
    assert days[-1].entered[StepStatus.COMPLETED] == 1


def test_the_totals_of_a_step() -> None:
    totals = Totals()
    for number, days in enumerate((1, 1, 2, 9)):
        totals.add(run(f"C-{number}", takes={"people": Delay(Duration(days=days))}))
    check = totals.steps["Work.check"]
    assert check.states == {StepStatus.COMPLETED: 3, StepStatus.EXPIRED: 1}
    assert check.time(0.5) == timedelta(days=2).total_seconds()
    assert check.time(0.9) == timedelta(days=5).total_seconds()
    assert check.late == 2
    assert totals.steps["Work.twice"].time(0.5) is not None
