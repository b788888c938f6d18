"""A state is written in parts that are kept from turn to turn: the text is that of the whole."""

import json

from hypothesis import given, settings

from dro_lang.kernel.codec import state_to_json
from dro_lang.program.model import Program
from dro_lang.runtime.embedded.sqlite.states import Parts, packed, unpacked
from tests.kernel.strategies import Happening, happenings, programs
from tests.kernel.test_laws import lives


@settings(max_examples=50, deadline=None)
@given(program=programs(), what=happenings(20))
def test_the_text_of_the_parts_is_that_of_the_state(program: Program, what: list[Happening]) -> None:
    parts = None
    for _, _, done in lives(program, what):
        parts = Parts.of(done.state, parts)
        assert json.loads(parts.text()) == json.loads(json.dumps(state_to_json(done.state)))
        assert unpacked(packed(parts)) == done.state
