"""After a crash: what was asked and not answered is asked again, with the same key."""

from pathlib import Path

from dro_lang.program.model import Allocation, ToQueue
from dro_lang.runtime.embedded.dispatch import Ask, Inline, everywhere
from tests.kernel.builders import after, auto, callout, group, manual, program
from tests.runtime.embedded.builders import House

CHAIN = program(group("G", auto("a"), auto("b", after("a"))))


def test_what_was_written_and_not_asked_is_asked(tmp_path: Path) -> None:
    first = House(CHAIN, tmp_path / "plans.db")
    first.submit()
    first.store.close()
    second = House(CHAIN, tmp_path / "plans.db")
    second.engine.recover()
    second.engine.run_due()
    assert second.outside.keys == ["C-1/G.a/-/1", "C-1/G.b/-/1"]
    assert second["G.b"] == "completed"


def test_what_was_accepted_is_not_asked_again(tmp_path: Path) -> None:
    plan = program(group("G", callout("a")))
    first = House(plan, tmp_path / "plans.db", script=lambda *_: None).submit_and_run()
    assert first.outside.keys == ["C-1/G.a/-/1"]
    first.store.close()
    second = House(plan, tmp_path / "plans.db")
    second.engine.recover()
    second.engine.run_due()
    assert second.outside.keys == []
    assert second["G.a"] == "in_progress"


def test_tasks_that_nobody_got_are_given_out_when_somebody_is_there(tmp_path: Path) -> None:
    plan = program(group("G", manual("a", assignment=ToQueue("Q", Allocation.ROUND_ROBIN))))
    first = House(plan, tmp_path / "plans.db").submit_and_run()
    assert first.state().steps[0].assignee is None
    first.store.close()
    second = House(plan, tmp_path / "plans.db", members={"Q": ["ann"]})
    second.engine.recover()
    assert second.state().steps[0].assignee == "ann"


def test_more_than_there_is_room_for_is_asked_when_there_is_room() -> None:
    class Narrow(Inline):
        room = True

        def dispatch(self, ask: Ask) -> bool:
            return self.room and super().dispatch(ask)

        def has_room(self, target: str) -> bool:
            return self.room

    house = House(CHAIN)
    house.engine.dispatcher = narrow = Narrow(everywhere(house.outside), house.clock)
    narrow.room = False
    house.submit("C-1")
    house.submit("C-2")
    house.engine.run_due()
    assert house.outside.keys == []
    narrow.room = True
    house.engine.run_due()
    assert house.outside.keys == ["C-1/G.a/-/1", "C-2/G.a/-/1", "C-1/G.b/-/1", "C-2/G.b/-/1"]
