"""Which member of a queue gets a task: the next in line, or whoever has the fewest open tasks."""

from collections import Counter
from collections.abc import Mapping, Sequence

from dro_lang.program.model import Allocation
from dro_lang.runtime.embedded.port import Store


class Allocator:
    """Knows who is in a queue. `members` comes from the configuration; the order counts."""

    def __init__(self, store: Store, members: Mapping[str, Sequence[str]]) -> None:
        self._store = store
        self._members = members
        self._open: Counter[str] | None = None

    @property
    def queues(self) -> list[str]:
        return [queue for queue, members in self._members.items() if members]

    def choose(self, queue: str, allocation: Allocation) -> str | None:
        """Who gets a task of a queue; None where nobody is in it. Of several with equally few, the first."""
        members = self._members.get(queue, ())
        if not members:
            return None
        if allocation is Allocation.ROUND_ROBIN:
            return members[self._store.next_in_line(queue) % len(members)]
        open_tasks = self._tasks
        return min(members, key=lambda member: open_tasks[member])

    @property
    def _tasks(self) -> Counter[str]:
        if self._open is None:
            self._open = Counter(self._store.open_tasks())
        return self._open

    def moved(self, before: str | None, after: str | None) -> None:
        """An open task that was one person's (None: nobody's) is another's."""
        if self._open is not None and before != after:
            self._open.update({after: 1} if after is not None else {})
            self._open.subtract({before: 1} if before is not None else {})

    def forget(self) -> None:
        """What was counted was undone: count again."""
        self._open = None
