"""What an earlier version wrote down, this one reads, and comes to the same plan by the same history."""

from pathlib import Path

import pytest

from dro_lang.kernel.codec import state_from_json, state_to_json
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanState
from dro_lang.program.serial import content_hash, from_json
from dro_lang.runtime.embedded.port import Submitted
from dro_lang.runtime.embedded.sqlite.rows import entry_checksum, entry_of
from tests.runtime.golden.journals import FOLDER, read

JOURNALS = sorted(FOLDER.glob("*/*.ndjson"))


def test_there_are_journals() -> None:
    assert JOURNALS


@pytest.mark.parametrize("path", JOURNALS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_journal_gives_the_plan_that_it_gave(path: Path) -> None:
    head, *entries, end = read(path)
    program = from_json(head["program"])
    kernel = Kernel(program, head["plan"], content_hash(program))
    state: PlanState | None = None
    guard = 0
    for number, line in enumerate(entries):
        guard = entry_checksum(head["plan_id"], number, line["event"], line["history"], guard)
        assert (line["number"], line["checksum"]) == (number, guard)
        entry = entry_of(number, line["event"], line["history"])
        if isinstance(entry.event, Submitted):
            submitted = entry.event
            composed = kernel.compose(submitted.scenarios, submitted.row, head["plan_id"], submitted.at)
            assert isinstance(composed, PlanState)
            state = composed
        else:
            assert state is not None
            done = kernel.step(state, entry.event)
            assert done.history == entry.history
            state = done.state
    assert state == state_from_json(end["state"])
    assert state is not None
    assert state_to_json(state) == end["state"]
