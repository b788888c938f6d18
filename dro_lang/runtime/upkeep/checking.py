"""Whether a store is whole: what SQLite says of its file, and whether everything in it follows from the journals.

Each journal is read along its chain of checksums and replayed; what comes out must be the state that the store has, to
the last value, with the same history; and what lists show must be what the state says. So a flipped bit is found
wherever it is.
"""

from collections.abc import Iterator

from attrs import frozen

from dro_lang.kernel.machine import Kernel
from dro_lang.program.serial import content_hash
from dro_lang.runtime.embedded.carried import step_row
from dro_lang.runtime.embedded.clock import to_micros
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.port import OPEN, Loaded
from dro_lang.runtime.embedded.residents import Residents
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.foresight import wake_of
from dro_lang.runtime.upkeep.replay import replay

_PAGE = 200


@frozen
class Damage:
    """Something that is wrong in a store: where, and what."""

    where: str
    what: str


@frozen
class Sound:
    """So many plans have been looked at."""

    plans: int


def check_store(store: SqliteStore, deep: bool = True) -> Iterator[Damage | Sound]:
    """Everything that is wrong in a store, as it is found; in between, how far it has come. Not `deep`:
    journals are read, and not replayed. Others may write meanwhile."""
    for problem in store.problems():
        yield Damage("the file", problem)
    try:
        for problem in (*store.strays(), *store.miscounts()):
            yield Damage("the file", problem)
        yield from _programs(store)
        yield from _plans(store, deep)
    except StoreError as error:
        # Lists cannot be read any more; what comes after this place is not known.
        yield Damage("the file", error.message)


def _programs(store: SqliteStore) -> Iterator[Damage]:
    for hash in store.programs():
        try:
            if content_hash(store.program(hash)) != hash:
                yield Damage(f"program {hash[:12]}", "its content is not that of its hash")
        except StoreError as error:
            yield Damage(f"program {hash[:12]}", error.message)


def _plans(store: SqliteStore, deep: bool) -> Iterator[Damage | Sound]:
    residents = Residents(store)
    after: str | None = None
    count = 0
    while True:
        # A plan and its journal are read at one moment, but no moment lasts for the whole store: that would keep SQLite
        # from reusing its log.
        found: list[Damage] = []
        with store.reading():
            plan_ids = store.plan_ids(after, _PAGE)
            for plan_id in plan_ids:
                try:
                    found += _plan(store, residents, plan_id, deep)
                except StoreError as error:
                    found.append(Damage(f"plan {plan_id}", error.message))
        yield from found
        if not plan_ids:
            return
        count += len(plan_ids)
        after = plan_ids[-1]
        yield Sound(count)


def _plan(store: SqliteStore, residents: Residents, plan_id: str, deep: bool) -> Iterator[Damage]:
    where = f"plan {plan_id}"
    loaded = store.load(plan_id)
    kernel = residents.kernel_of(loaded.header)
    for what in (*_chain(store, loaded), *_lists(store, kernel, loaded)):
        yield Damage(where, what)
    if deep:
        outcome = replay(kernel, loaded.header, store.journal(plan_id))
        if outcome != loaded.state:
            yield Damage(where, outcome if isinstance(outcome, str) else "its journal gives another state")


def _chain(store: SqliteStore, loaded: Loaded) -> Iterator[str]:
    """Whether the journal ends where the plan says that it does. Reading it goes along the chain."""
    for _ in store.journal(loaded.header.plan_id):
        pass
    if store.last_checksum(loaded.key) != loaded.checksum:
        yield "its state does not follow from the last entry of its journal"
    surplus = store.entries_after(loaded.key, loaded.entries)
    if surplus:
        yield f"{surplus} entries of its journal came after its state"


def _lists(store: SqliteStore, kernel: Kernel, loaded: Loaded) -> Iterator[str]:
    """Whether lists show what the state says."""
    state = loaded.state
    status, updated, wake, steps, finished, trouble, entries = store.summary(loaded.key)
    shown = (status, updated, steps, finished, entries)
    meant = (state.status.value, to_micros(state.moment), len(state.steps), sum(step.finished for step in state.steps))
    if shown != (*meant, loaded.entries):
        yield "the list of plans shows another state"
    # It may be looked at earlier, where an integration was switched; never later, unless it cannot be carried on.
    due = wake_of(kernel.blueprint, state)
    if due is not None and trouble is None and (wake is None or wake > to_micros(due)):
        yield "it would not be looked at when it is due"
    expected = {
        place: store.as_indexed(loaded.key, step_row(kernel, loaded.header, state, place))
        for place, step in enumerate(state.steps)
        if step.status in OPEN
    }
    found = store.indexed(loaded.key)
    for place in sorted(expected.keys() | found.keys()):
        if expected.get(place) != found.get(place):
            step = state.steps[place].id if place < len(state.steps) else f"number {place}"
            yield f"the list of open steps shows {step} otherwise"
