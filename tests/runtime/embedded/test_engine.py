"""The engine does what plans ask for, and writes down what becomes of them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dro_lang.kernel.commands import Key
from dro_lang.kernel.events import Claim, Complete, Failed, Freeze, GoOffline, Retry, SetData, Succeeded
from dro_lang.kernel.history import Refused
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanStatus
from dro_lang.program.expressions import And, Today
from dro_lang.program.model import Allocation, Priority, ToQueue
from dro_lang.runtime.embedded.lists import StepFilter
from dro_lang.runtime.embedded.port import Submitted
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.embedded.residents import Residents
from tests.kernel.builders import (
    after,
    at,
    attribute,
    auto,
    callout,
    case,
    compare,
    every,
    group,
    hours,
    is_known,
    manual,
    minutes,
    pause,
    program,
    since_previous,
)
from tests.runtime.embedded.builders import MORNING, House, answers, mapped

CHAIN = program(group("G", auto("a"), auto("b", after("a")), auto("c", after("b"))))


def test_a_record_gets_a_plan_that_is_carried_out() -> None:
    house = House(CHAIN)
    receipt = house.submit("C-7")
    assert (receipt.submit_status, receipt.plan_id, receipt.request_id) == ("Success", "C-7", "R-1")
    house.engine.run_due()
    assert house.state("C-7").status is PlanStatus.COMPLETED
    assert house.outside.keys == ["C-7/G.a/-/1", "C-7/G.b/-/1", "C-7/G.c/-/1"]


def test_nothing_is_asked_of_the_outside_before_it_is_written_down() -> None:
    house = House(CHAIN)
    house.submit()
    assert house.outside.keys == []
    assert house["G.a"] == "in_progress"


def test_a_record_that_has_a_plan_keeps_it_unless_it_is_to_start_anew() -> None:
    house = House(CHAIN)
    assert not house.submit().existing
    again = house.submit()
    assert (again.plan_id, again.existing) == ("C-1", True)
    assert house.submit(anew=True).plan_id == "C-1~2"
    assert house.submit().plan_id == "C-1~2"
    assert house.plans() == ["C-1", "C-1~2"]


def test_a_record_of_another_object_gets_a_plan_of_its_own() -> None:
    house = House(CHAIN)
    house.submit()
    other = house.engine.deploy(mapped(CHAIN, object="Claim"))
    assert house.engine.submit(Submit(other, "P", case())).plan_id == "C-1~2"


def test_records_with_one_id_in_one_transaction_get_one_plan() -> None:
    house = House(CHAIN)
    twice = [Submit(house.hash, "P", case(id="C-1"))] * 2
    assert [receipt.existing for receipt in house.engine.submit_all(twice)] == [False, True]
    assert house.plans() == ["C-1"]


def test_a_request_that_comes_again_gets_its_receipt() -> None:
    house = House(CHAIN)
    first = house.submit(request_id="abc", anew=True)
    again = house.submit(request_id="abc", anew=True)
    assert first.plan_id == again.plan_id == "C-1"
    assert again.existing
    assert house.plans() == ["C-1"]


def test_a_record_without_a_scenario_gets_a_code_and_no_plan() -> None:
    house = House(program(group("G", auto("a")), scenarios=[]))
    receipt = house.submit(request_id="abc")
    assert (receipt.plan_id, receipt.submit_status, receipt.error_code) == (None, "Error", "R0202")
    assert "no scenario" in receipt.reason
    assert house.submit(request_id="abc") == receipt
    assert house.plans() == []


def test_what_happened_stands_in_the_journal_and_gives_the_state_again() -> None:
    house = House(CHAIN).submit_and_run()
    entries = list(house.store.journal("C-1"))
    assert [type(entry.event).__name__ for entry in entries] == ["Submitted", "Start", *["Succeeded"] * 3]
    assert [entry.number for entry in entries] == list(range(5))
    submitted = entries[0].event
    assert isinstance(submitted, Submitted)
    kernel = Kernel(mapped(CHAIN), "P", house.hash)
    state = kernel.compose(submitted.scenarios, submitted.row, "C-1", submitted.at)
    for entry in entries[1:]:
        done = kernel.step(state, entry.event)  # type: ignore[arg-type]
        assert done.history == entry.history
        state = done.state
    assert state == house.state()


def test_what_is_due_is_done_when_it_is_due() -> None:
    house = House(program(group("G", manual("a", starts=since_previous(hours(5))), auto("b"))))
    house.submit_and_run()
    assert house["G.a"] == "scheduled"
    assert house.engine.next_wake() == MORNING + timedelta(hours=5)
    house.later(hours=4)
    assert house["G.a"] == "scheduled"
    house.later(hours=1)
    assert house["G.a"] == "ready"
    assert house.engine.next_wake() is None


def test_a_failed_attempt_is_tried_again_with_another_key() -> None:
    house = House(program(group("G", auto("a", retry=every(minutes(5), 2)))), script=answers("BUSY", "ok"))
    house.submit_and_run()
    assert house["G.a"] == "failed"
    house.later(minutes=5)
    assert house["G.a"] == "completed"
    assert house.outside.keys == ["C-1/G.a/-/1", "C-1/G.a/-/2"]


def test_the_code_of_an_action_that_breaks_fails_the_attempt() -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    house = House(program(group("G", auto("a"))), script=broken).submit_and_run()
    assert house["G.a"] == "fatally_failed"
    [row] = house.store.list_steps(StepFilter())
    assert row.error == "DEFECT"


def test_people_act_by_events_and_are_told_why_not() -> None:
    house = House(program(group("G", manual("a")))).submit_and_run()
    assert house.engine.send("C-1", Claim(MORNING, at("G.a"), "ann")).refusal is None
    assert house.engine.send("C-1", Retry(MORNING, at("G.a"), by="ann")).refusal == "it is in progress"
    assert house.engine.send("C-1", Complete(MORNING, at("G.a"), {}, "ann")).refusal is None
    assert house.engine.send("C-2", Freeze(MORNING)).refusal == "there is no such plan"
    [refused] = [each for entry in house.store.journal("C-1") for each in entry.history if isinstance(each, Refused)]
    assert (refused.event, refused.by) == ("Retry", "ann")


def test_an_event_happens_now_whatever_moment_it_names() -> None:
    house = House(program(group("G", manual("a")))).submit_and_run()
    house.clock.advance(hours=3)
    house.engine.send("C-1", Complete(MORNING - timedelta(days=9), at("G.a"), {}, "ann"))
    assert house.state().moment == MORNING + timedelta(hours=3)


def test_data_that_changes_lets_a_pause_go_on() -> None:
    house = House(program(group("G", pause("a"), auto("b", after("a"))))).submit_and_run()
    assert house["G.a"] == "in_progress"
    house.engine.send("C-1", SetData(MORNING, {"balance": 0}, by="erp"))
    house.engine.run_due()
    assert house["G.b"] == "completed"


def test_a_callout_that_is_accepted_is_answered_by_a_callback_once() -> None:
    house = House(program(group("G", callout("a"))), script=lambda *_: None).submit_and_run()
    [key] = house.outside.keys
    assert house.store.unanswered("Erp", 10) == []
    parsed = Key.parse(key)
    answer = Succeeded(MORNING, parsed.step)
    assert house.engine.deliver(parsed, answer).refusal is None
    assert house["G.a"] == "completed"
    assert house.engine.deliver(parsed, answer).refusal == "the plan is completed"
    assert house.engine.deliver(Key.parse("C-9/G.a/-/1"), Failed(MORNING, parsed.step)).refusal is not None


@pytest.mark.parametrize("text", ["C-1/G.a/-/1", "C%2F1~2/G~3.a/=i%201/12", "%C3%A4/G.a/=/1"])
def test_a_key_is_read_as_it_is_written(text: str) -> None:
    assert str(Key.parse(text)) == text


@pytest.mark.parametrize("text", ["", "C-1", "C-1/G/-/1", "C-1/G.a/x/1", "C-1/G.a/-/one", "a/b/G.a/-/1"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        Key.parse(text)


def test_an_integration_is_offline_for_all_plans_until_it_is_online() -> None:
    house = House(program(group("G", manual("w"), callout("a", after("w")))), script=lambda *_: None)
    house.submit_and_run("C-1").submit_and_run("C-2")
    house.engine.send("C-1", Complete(MORNING, at("G.w"), {}, "ann"))
    assert house.engine.switch("Erp", online=False, by="ann").refusal is None
    house.engine.run_due()
    assert house["G.a"] == "on_hold"
    house.engine.send("C-2", Complete(MORNING, at("G.w"), {}, "ann"))
    assert house.open_steps() == ["C-1 G.a", "C-2 G.a"]
    assert house.outside.keys == []
    house.engine.switch("Erp", online=True)
    house.engine.run_due()
    assert house.outside.keys == ["C-1/G.a/-/1", "C-2/G.a/-/1"]
    assert house.state().offline == frozenset()


def test_an_integration_is_switched_by_its_name_and_once() -> None:
    house = House(CHAIN)
    assert house.engine.switch("Erb", online=False).refusal == "no program has an integration Erb"
    assert house.engine.switch("Erp", online=True).refusal == "Erp is not offline"
    assert house.engine.switch("Erp", online=False).refusal is None
    assert house.engine.switch("Erp", online=False).refusal == "Erp is offline already"
    house.submit()
    assert house.engine.send("C-1", GoOffline(MORNING, "Bank")).refusal is not None


@pytest.mark.parametrize(
    ("allocation", "expected"),
    [(Allocation.ROUND_ROBIN, ["ann", "bob", "ann", "bob"]), (Allocation.LEAST_LOADED, ["ann", "bob", "bob", "ann"])],
)
def test_tasks_of_a_queue_are_given_to_its_members(allocation: Allocation, expected: list[str]) -> None:
    tasks = program(group("G", manual("a", assignment=ToQueue("Q", allocation))))
    house = House(tasks, members={"Q": ["ann", "bob"]})
    for id in ("C-1", "C-2"):
        house.submit(id)
    house.engine.send("C-2", Complete(MORNING, at("G.a"), {}, "bob"))
    for id in ("C-3", "C-4"):
        house.submit(id)
    assert [house.state(f"C-{n}").steps[0].assignee for n in range(1, 5)] == expected


@pytest.mark.parametrize("allocation", Allocation)
def test_tasks_that_open_together_are_spread(allocation: Allocation) -> None:
    tasks = program(
        group("G", manual("a", assignment=ToQueue("Q", allocation)), manual("b", assignment=ToQueue("Q", allocation)))
    )
    house = House(tasks, members={"Q": ["ann", "bob", "cy"]})
    list(house.engine.submit_all(Submit(house.hash, "P", case(id=f"C-{n}")) for n in range(3)))
    assigned = [step.assignee for n in range(3) for step in house.state(f"C-{n}").steps]
    assert assigned == ["ann", "bob", "cy"] * 2


def test_of_what_is_due_a_higher_priority_comes_first() -> None:
    house = House(CHAIN, group=1)
    hashes = {
        priority: house.engine.deploy(
            mapped(program(group("G", auto("a", starts=since_previous(hours(1)))), priority=priority), str(priority))
        )
        for priority in (Priority.BULK, Priority.DEFAULT, Priority.HIGH)
    }
    for priority, hash in hashes.items():
        house.engine.submit(Submit(hash, "P", case(id=str(priority))))
    house.later(hours=1)
    assert house.outside.keys == ["high/G.a/-/1", "default/G.a/-/1", "bulk/G.a/-/1"]


def test_midnights_at_which_a_pause_does_not_end_are_left_out() -> None:
    promised = And((is_known("promised_on"), compare(attribute("promised_on"), "<=", Today())))
    house = House(program(group("G", pause("wait", until=promised)))).submit_and_run(promised_on=date(2026, 4, 20))
    entries = house.store.load("C-1").entries
    assert house.engine.next_wake() == datetime(2026, 4, 20, tzinfo=UTC)
    house.later(days=48)
    assert house.store.load("C-1").entries == entries
    house.later(days=1)
    assert house["G.wait"] == "completed"
    assert house.store.load("C-1").entries == entries + 1


def test_the_engine_remembers_few_plans_with_many_steps() -> None:
    """Plans with thousands of items would fill the memory long before there are as many as of small ones."""
    house = House(program(group("G", manual("check", per_item=True))))
    residents = Residents(house.store, limit=3, steps=10)
    remembered = []
    for number, items in enumerate((2, 2, 2, 2, 9, 1, 11, 1)):
        plan_id = f"C-{number}"
        house.engine.submit(Submit(house.hash, "P", case(*(f"p{item}" for item in range(items)), id=plan_id)))
        residents.keep([house.store.load(plan_id)])
        residents.keep([house.store.load(plan_id)])
        remembered.append("".join(sorted(each[-1] for each in residents.remembered)))
    assert remembered == ["0", "01", "012", "123", "4", "45", "", "7"]
