"""A turn looks only at the steps for which something changed. That gives what looking at all of them gives."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings

from dro_lang.kernel.board import Board
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.overview import Overview
from dro_lang.kernel.states import StepState
from dro_lang.program.model import Program
from tests.kernel.strategies import Happening, happenings, programs
from tests.kernel.test_laws import lives


def every_step(board: Board, now: datetime) -> Iterator[StepState]:
    for place in range(len(board.steps)):
        yield board.steps[place]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=programs(), what=happenings(30))
def test_looking_at_what_changed_is_enough(
    program: Program, what: list[Happening], monkeypatch: pytest.MonkeyPatch
) -> None:
    for before, event, done in lives(program, what):
        with monkeypatch.context() as patch:
            patch.setattr(Board, "unsettled", every_step)
            patch.setattr(Board, "standings", lambda board, awaited: None)
            assert Kernel(program, "P").step(before, event) == done


@settings(max_examples=100, deadline=None)
@given(program=programs(), what=happenings(30))
def test_what_is_handed_on_is_what_the_steps_say(program: Program, what: list[Happening]) -> None:
    for _, _, done in lives(program, what):
        handed_on = done.state.overview
        assert isinstance(handed_on, Overview)
        worked_out = Overview.worked_out(handed_on.layout, done.state.steps)
        assert vars(handed_on.begun) == vars(worked_out.begun)
        assert (handed_on.left, handed_on.counts) == (worked_out.left, worked_out.counts)
