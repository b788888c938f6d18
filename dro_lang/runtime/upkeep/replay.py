"""What a journal leads to."""

from collections.abc import Iterator

from dro_lang.kernel.compose import Rejection
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanState
from dro_lang.runtime.embedded.carried import header_of
from dro_lang.runtime.embedded.port import Header, JournalEntry, Submitted


def replay(kernel: Kernel, header: Header, entries: Iterator[JournalEntry]) -> PlanState | str:
    """The state that a journal leads to, or why it leads to none."""
    first = next(entries, None)
    if first is None or not isinstance(first.event, Submitted):
        return "its journal does not begin with a submission"
    event = first.event
    if header != header_of(kernel, header.program, header.plan_id, event.row, event.at):
        return "the list of plans shows another submission than its journal tells"
    state = kernel.compose(event.scenarios, event.row, header.plan_id, event.at)
    if isinstance(state, Rejection):
        return f"no plan can be composed as its journal says: {state.reason}"
    for entry in entries:
        if isinstance(entry.event, Submitted):
            return f"entry {entry.number} of its journal is a second submission"
        try:
            done = kernel.step(state, entry.event)
        except ValueError as problem:
            return f"entry {entry.number} of its journal cannot be: {problem}"
        if done.history != entry.history:
            return f"entry {entry.number} of its journal tells another history than it makes"
        state = done.state
    return state
