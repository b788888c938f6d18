"""How many plans there are of those that somebody may see."""

from collections import Counter
from collections.abc import Mapping

from dro_lang.kernel.states import PlanStatus
from dro_lang.runtime.embedded.lists import PlanFilter
from dro_lang.server.api.asked import sight_of
from dro_lang.server.plans.reading import Reader
from dro_lang.server.web.caller import Caller


def count_by_state(caller: Caller, reader: Reader) -> Mapping[PlanStatus, int]:
    counts: Counter[PlanStatus] = Counter()
    for (_, _, status), count in reader.store.tally_plans(PlanFilter(sight=sight_of(caller.principal))).items():
        counts[status] += count
    return counts
