"""Local actions touch nothing outside: a plan has their answers at once, and goes on in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings

from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.model import Program
from dro_lang.runtime.embedded.dispatch import Ask
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.errors import StoreError
from tests.kernel.builders import after, auto, group, program
from tests.kernel.strategies import programs
from tests.runtime.embedded.builders import House, Script, succeeding

CHAIN = program(group("G", auto("a"), auto("b", after("a")), auto("c", after("b"))))


class Home(House):
    """An engine for which the actions of some steps are local; `asked` are the keys that these were called with."""

    def __init__(self, program: Program, *steps: str, script: Script = succeeding) -> None:
        super().__init__(program, script=script)
        self.asked: list[str] = []
        self.steps = steps
        self.engine = Engine(self.store, self.engine.dispatcher, self.clock, local=self._local)

    def _local(self, ask: Ask) -> Succeeded | Failed | None:
        if ask.command.key.step.step not in self.steps:
            return None
        self.asked.append(str(ask.command.key))
        answer = self.outside.script(ask.command, self.clock.now())
        assert answer is not None
        return answer


def test_a_plan_of_local_actions_is_carried_out_in_the_transaction_that_starts_it() -> None:
    home = Home(CHAIN, "a", "b", "c")
    home.submit()
    assert home.state().status == "completed"
    assert home.asked == ["C-1/G.a/-/1", "C-1/G.b/-/1", "C-1/G.c/-/1"]
    assert home.outside.keys == []
    home.engine.run_due()
    assert len(home.asked) == 3


def test_the_others_are_asked_once_all_is_written() -> None:
    home = Home(CHAIN, "a", "c")
    home.submit()
    assert (home["G.a"], home["G.b"]) == ("completed", "in_progress")
    home.engine.run_due()
    assert home.outside.keys == ["C-1/G.b/-/1"]
    assert home.asked == ["C-1/G.a/-/1", "C-1/G.c/-/1"]
    assert home.state().status == "completed"


def test_a_local_action_may_fail() -> None:
    def fails(command: object, at: object) -> Failed:
        return Failed(at, command.key.step, "NO", command.key.attempt)  # type: ignore[attr-defined,arg-type]

    home = Home(CHAIN, "a", script=fails)
    home.submit()
    assert home["G.a"] == "fatally_failed"


def test_what_came_to_nothing_is_asked_again_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(CHAIN, "a", "b", "c")

    @contextmanager
    def full() -> Iterator[None]:
        yield
        raise StoreError("R0406", "the disk is full", "give room")

    with monkeypatch.context() as patch:
        patch.setattr(home.store, "transaction", full)
        with pytest.raises(StoreError):
            home.submit()
    first, home.asked = home.asked, []
    again = Home(CHAIN, "a", "b", "c")
    again.submit()
    assert again.asked == first


@settings(max_examples=40, deadline=None)
@given(program=programs())
def test_the_journal_is_that_of_an_outside_that_answers_at_once(program: Program) -> None:
    house, home = (
        House(program),
        Home(program, *(step.name for group in program.groups.values() for step in group.steps)),
    )
    for each in (house, home):
        each.submit("C-1")
        each.engine.run_due()
    assert list(home.store.journal("C-1")) == list(house.store.journal("C-1"))
    assert home.state() == house.state()
    assert home.open_steps() == house.open_steps()
