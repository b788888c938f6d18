"""A turn looks only at the steps for which something changed. That gives what looking at all of them gives."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from dro_lang.kernel.board import Board
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import StepState
from dro_lang.program.model import Program
from tests.kernel.strategies import Happening, happenings, programs
from tests.kernel.test_laws import lives


def every_step(board: Board) -> Iterator[StepState]:
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
            assert Kernel(program, "P").step(before, event) == done
