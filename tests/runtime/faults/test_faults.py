"""Random programs, random records, and faults: the invariants hold, and every plan ends."""

from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dro_lang.program.model import Program
from tests.kernel.strategies import Happening, happenings, programs
from tests.kernel.test_laws import ROW
from tests.runtime.faults.life import Life

UNTIL_SHRUNK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def live(program: Program, what: list[Happening], random: Random) -> Life:
    life = Life(program, [ROW] * random.choice([1, 2, 5]), random)
    life.happen(what)
    life.end()
    life.check()
    return life


@given(programs(), happenings(30), st.randoms(use_true_random=False))
def plans_survive(program: Program, what: list[Happening], random: Random) -> None:
    live(program, what, random)


def test_plans_survive_whatever_goes_wrong() -> None:
    """A few worlds; `python -m tests.runtime.faults` tries as many as there is time for."""
    UNTIL_SHRUNK(plans_survive)()


def test_the_worlds_have_what_plans_are_to_survive() -> None:
    """Or the test above would say little."""
    seen: Counter[str] = Counter()

    @settings(UNTIL_SHRUNK, max_examples=60, database=None, derandomize=True)
    @given(programs(), happenings(30), st.randoms(use_true_random=False))
    def look(program: Program, what: list[Happening], random: Random) -> None:
        life = live(program, what, random)
        seen["crashes"] += life.crashes
        seen["repeated"] += sum(count > 1 for count in life.world.calls.values())
        for plan_id in life.plan_ids:
            for entry in life.store.journal(plan_id):
                seen[type(entry.event).__name__] += 1

    look()
    wanted = {
        "crashes",
        "repeated",
        "Succeeded",
        "Failed",
        "Complete",
        "Retry",
        "Amend",
        "Cancel",
        "Freeze",
        "Unfreeze",
    }
    assert all(seen[each] > 3 for each in wanted | {"SetData", "GoOffline", "GoOnline", "Discard", "Assign"}), seen
