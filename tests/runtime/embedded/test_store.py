"""Open steps, and programs that stay as they were. Sorting and paging of lists is tried in ../operations/."""

from datetime import timedelta

import pytest
from attrs import evolve

from dro_lang.kernel.events import Claim, Complete
from dro_lang.kernel.states import Jeopardy, StepStatus
from dro_lang.program.model import Allocation, StepKind, ToQueue, ToUser
from dro_lang.runtime.embedded.port import StepFilter
from dro_lang.runtime.embedded.requests import Submit
from tests.kernel.builders import after, at, auto, case, due, group, hours, manual, milestone, program
from tests.runtime.embedded.builders import MORNING, House, mapped

QUEUED = manual("call", assignment=ToQueue("Q", Allocation.ROUND_ROBIN), due=due(hours(10), hours(4)))
WORK = program(
    group("G", QUEUED, manual("write", assignment=ToUser("cleo")), auto("send"), milestone("end", after("call")))
)


@pytest.fixture
def house() -> House:
    house = House(WORK, members={"Q": ["ann", "bob"]}, script=lambda *_: None)
    for number in range(1, 6):
        house.submit(f"C-{number}", name=f"Case {number}")
    house.engine.run_due()
    return house


def test_steps_are_found_by_what_is_known_of_them(house: House) -> None:
    house.engine.send("C-2", Claim(MORNING, at("G.write"), "cleo"))
    assert house.open_steps(queue="Q", assignee="bob") == ["C-2 G.call", "C-4 G.call"]
    assert house.open_steps(assignee="cleo", plan_id="C-1") == ["C-1 G.write"]
    assert house.open_steps(statuses={StepStatus.IN_PROGRESS}, kinds={StepKind.MANUAL}) == ["C-2 G.write"]
    assert len(house.open_steps(target="Send")) == 5
    assert house.open_steps(step="call", plan="P", plan_id="C-5") == ["C-5 G.call"]
    assert house.open_steps(queue="Nobody") == []
    assert house.open_steps(unassigned=True, plan_id="C-3") == ["C-3 G.send"]
    assert house.store.count_steps(StepFilter(queue="Q")) == 5


def test_steps_that_are_late_or_due_are_found(house: House) -> None:
    assert len(house.open_steps(due_before=MORNING + timedelta(hours=11))) == 5
    assert house.open_steps(due_before=MORNING + timedelta(hours=9)) == []
    house.later(hours=6)
    assert len(house.open_steps(jeopardy={Jeopardy.IN_JEOPARDY})) == 5
    house.later(hours=4)
    assert len(house.open_steps(jeopardy={Jeopardy.LATE})) == 5


def test_a_step_that_is_finished_is_not_open(house: House) -> None:
    house.engine.send("C-1", Complete(MORNING, at("G.call"), {}, "ann"))
    assert house.open_steps(plan_id="C-1") == ["C-1 G.write", "C-1 G.send"]


def test_a_running_plan_keeps_its_program() -> None:
    old = program(group("G", manual("a"), auto("b", after("a"))))
    house = House(old)
    house.submit("C-1")
    new = house.engine.deploy(mapped(program(group("G", manual("a"), milestone("b", after("a"))))))
    house.engine.submit(Submit(new, "P", case(id="C-2")))
    for id in ("C-1", "C-2"):
        house.engine.send(id, Complete(MORNING, at("G.a"), {}, "ann"))
    house.engine.run_due()
    assert house.outside.keys == ["C-1/G.b/-/1"]
    assert [house.store.load(id).header.program for id in ("C-1", "C-2")] == [house.hash, new]
    assert house.store.programs() == [house.hash, new]


def test_a_program_is_kept_once_with_its_source() -> None:
    house = House(WORK)
    assert house.engine.deploy(mapped(WORK), "other source") == house.hash
    assert evolve(house.store.program(house.hash), tests=()) == mapped(WORK)
    assert house.store.programs() == [house.hash]
