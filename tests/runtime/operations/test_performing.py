"""What operators do: to one, to all that a filter means, and beforehand on paper."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dro_lang.kernel.states import PlanStatus, StepStatus
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.embedded.lock import holder_of
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb, StepAction, StepVerb, Target
from dro_lang.runtime.operations.performing import Operations, Outcome
from dro_lang.runtime.operations.queries import Queries
from tests.kernel.builders import at
from tests.runtime.operations.builders import Office

ROOT = Path(__file__).parents[3]

RETRY = StepAction(StepVerb.RETRY, "ann")
FREEZE = PlanAction(PlanVerb.FREEZE, "ann")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "plans.db", "C-1", "C-2", "C-3")
    yield office
    office.close()


def refusals(outcomes: Iterator[Outcome]) -> dict[str, str | None]:
    return {str(outcome.target.plan_id): outcome.refusal for outcome in outcomes}


def test_a_filter_decides_who_is_meant_and_the_rest_is_left_alone(office: Office) -> None:
    failed = StepFilter(error="BOUNCED", plan_id="C-2")
    outcomes = office.operations.perform(RETRY, office.operations.meant(RETRY, failed))
    assert refusals(outcomes) == {"C-2": None}
    assert office.state_of("C-2", "Work.send") == "in_progress"
    assert office.state_of("C-1", "Work.send") == "fatally_failed"


def test_each_has_its_own_result_and_the_rest_goes_on(office: Office) -> None:
    list(office.operations.perform(FREEZE, [Target("C-2")]))
    steps = [Target(plan, at("Work.send")) for plan in ("C-1", "C-2", "C-3", "C-9")]
    assert refusals(office.operations.perform(RETRY, steps)) == {
        "C-1": None,
        "C-2": "it is fatally failed, and the plan freezing",
        "C-3": None,
        "C-9": "there is no such plan",
    }


def test_who_may_is_asked_again_when_it_is_its_turn(office: Office) -> None:
    targets = list(office.operations.meant(RETRY, StepFilter()))
    assert len(targets) == 3
    other = Desk(office.path, "somebody else", clock=office.clock)
    with other:
        queries = Queries(other.store)
        list(Operations(queries, other, office.clock).perform(RETRY, targets[:1]))
    assert refusals(office.operations.perform(RETRY, targets)) == {
        "C-1": "it is in progress",
        "C-2": None,
        "C-3": None,
    }


def test_a_preview_tells_what_would_become_of_each_and_changes_nothing(office: Office) -> None:
    list(office.operations.perform(FREEZE, [Target("C-2")]))
    targets = [Target(plan, at("Work.send")) for plan in ("C-1", "C-2", "C-9")]
    before = [(row.status, row.updated_at) for row in office.queries.each_plan(PlanFilter())]
    foreseen = refusals(office.operations.preview(RETRY, targets))
    assert [(row.status, row.updated_at) for row in office.queries.each_plan(PlanFilter())] == before
    assert foreseen == refusals(office.operations.perform(RETRY, targets))


def test_a_preview_of_two_changes_of_one_plan_takes_them_one_after_the_other(office: Office) -> None:
    twice = [Target("C-1", at("Work.send"))] * 2
    assert [outcome.refusal for outcome in office.operations.preview(RETRY, twice)] == [None, "it is in progress"]


def test_results_are_held_to_the_step_that_they_are_of(office: Office) -> None:
    def complete(step: str, item: str | None = None, **results: object) -> str | None:
        action = StepAction(StepVerb.COMPLETE, "ann", results)
        [outcome] = office.operations.perform(action, [Target("C-1", at(step, item))])
        return outcome.refusal

    assert complete("Work.check", "p1") == "`score`: a value is required, and there is none"
    assert complete("Work.check", "p1", score="much") == "`score`: `much` is not a whole number"
    assert complete("Work.check", "p1", skore=5) == "`skore` is no result of step check: did you mean `score`?"
    assert complete("Work.check", "p9", score=5) == "there is no such step in the plan"
    assert complete("Work.check", "p1", score="5") is None
    assert office.state_of("C-1", "Work.check", "p1") == "completed"
    assert complete("Work.call", note="called twice") is None
    step = office.desk.store.load("C-1").state.step(at("Work.call"))
    assert step is not None
    assert (step.results, step.assignee) == ({"note": "called twice"}, "ann")


def test_data_is_held_to_the_record(office: Office) -> None:
    def changed(item: str | None = None, **values: object) -> str | None:
        [outcome] = office.operations.perform(PlanAction(PlanVerb.SET, "ann", item, values), [Target("C-1")])
        return outcome.refusal

    assert changed(balanse="5") == "`balanse` is no attribute of context Case: did you mean `balance`?"
    assert changed(balance="five") == "`balance`: `five` is not a number"
    assert changed(balance="-1").endswith("is less than the least that is allowed, 0")  # type: ignore[union-attr]
    assert changed(balance=None) == "`balance`: a value is required, and there is none"
    assert changed("p9", ready=False) == 'there is no item "p9"'
    assert changed(balance="12.50 EUR", email="ap@acme.example") is None
    assert changed("p1", ready="false") is None
    row = office.desk.store.load("C-1").state.row
    assert (str(row["balance"]), row["email"]) == ("12.5", "ap@acme.example")


def test_a_change_in_flight_takes_a_frozen_plan(office: Office) -> None:
    cancel = PlanAction(PlanVerb.CANCEL, "ann")
    assert refusals(office.operations.perform(cancel, [Target("C-1")])) == {
        "C-1": "the plan is in progress, not frozen"
    }
    assert list(office.operations.meant(cancel, PlanFilter())) == []


def test_bulk_changes_of_plans_are_narrowed_by_what_their_steps_are(office: Office) -> None:
    list(office.operations.perform(RETRY, [Target("C-2", at("Work.send"))]))
    troubled = PlanFilter(having=StepFilter(frozenset({StepStatus.FATALLY_FAILED})))
    assert office.operations.count(FREEZE, troubled) == 2
    outcomes = office.operations.perform(FREEZE, office.operations.meant(FREEZE, troubled))
    assert refusals(outcomes) == {"C-1": None, "C-3": None}
    states = {row.header.plan_id: row.status for row in office.queries.each_plan(PlanFilter())}
    assert states["C-2"] is PlanStatus.IN_PROGRESS


def test_steps_that_are_pending_can_be_discarded(office: Office) -> None:
    discard = StepAction(StepVerb.DISCARD, "ann")
    pending = StepFilter(frozenset({StepStatus.PENDING}), step="end")
    assert office.operations.count(discard, pending) == 3
    assert set(refusals(office.operations.perform(discard, office.operations.meant(discard, pending))).values()) == {
        None
    }
    assert office.state_of("C-3", "Work.end") == "discarded"


def test_an_integration_goes_offline_for_all_plans(office: Office) -> None:
    assert office.operations.switch("Erq", online=False, by="ann") == "no program has an integration Erq"
    assert office.operations.switch("Erp", online=False, by="ann") is None
    assert office.operations.switch("Erp", online=False, by="ann") == "Erp is offline already"
    line = next(line for line in office.queries.integrations() if line.name == "Erp")
    assert (line.online, line.in_progress, line.switch and line.switch.by) == (False, 3, "ann")


def test_many_are_done_in_groups_and_told_one_by_one(tmp_path: Path) -> None:
    office = Office(tmp_path / "plans.db", *(f"C-{number}" for number in range(150)))
    outcomes = office.operations.perform(RETRY, office.operations.meant(RETRY, StepFilter()))
    assert sum(outcome.done for outcome in outcomes) == 150
    assert office.operations.count(RETRY, StepFilter()) == 0
    office.close()


def test_the_systems_own_clock_does(office: Office) -> None:
    operations = Operations(office.queries, office.desk, SystemClock())
    [outcome] = operations.perform(StepAction(StepVerb.CLAIM, "ann"), [Target("C-1", at("Work.call"))])
    assert outcome.done


# ---- beside a worker in another process

WORKER = """
import signal, sys
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.dispatch import Inline, everywhere
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.lock import Lock
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.embedded.worker import Worker
from tests.runtime.operations.builders import Silent

store, clock = SqliteStore.open(sys.argv[1]), SystemClock()
lock = Lock.take(store, "a worker", clock)
worker = Worker(Engine(store, Inline(everywhere(Silent()), clock), clock), look_every=0.02)
signal.signal(signal.SIGTERM, lambda *_: worker.stop())
print("ready", flush=True)
worker.run()
lock.release()
"""


def test_a_worker_does_it_while_an_operator_asks_from_another_process(tmp_path: Path) -> None:
    office = Office(tmp_path / "plans.db", *(f"C-{number}" for number in range(100)))
    running = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(office.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        with Desk(office.path, "an operator", patience=60) as desk:
            operations = Operations(Queries(desk.store), desk, SystemClock())
            failed = list(operations.meant(RETRY, StepFilter()))
            assert refusals(operations.perform(RETRY, [*failed, failed[0]])) == {
                **{f"C-{number}": None for number in range(100)},
                "C-0": "it is in progress",
            }
            states = {office.state_of(f"C-{number}", "Work.send") for number in range(100)}
            assert states == {"in_progress"}
            assert "a worker" in str(holder_of(desk.store))
    finally:
        running.terminate()
        assert running.wait(60) == 0
        office.close()
