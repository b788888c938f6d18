"""Which member of a queue gets a task: the next in line, or whoever has the fewest open tasks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dro_lang.program.model import Allocation
from dro_lang.runtime.embedded.port import Store


class Allocator:
    """Knows who is in a queue. `members` comes from the configuration; the order counts."""

    def __init__(self, store: Store, members: Mapping[str, Sequence[str]]) -> None:
        self._store = store
        self._members = members
        self._open: Counter[str] | None = None
        self._given: Counter[str] = Counter()
        """What was given to whom and is not written yet: in the same transaction comes the next task."""

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
        open_tasks, given = self._tasks, self._given
        user = min(members, key=lambda member: open_tasks[member] + given[member])
        given[user] += 1
        return user

    @property
    def _tasks(self) -> Counter[str]:
        if self._open is None:
            self._open = Counter(self._store.open_tasks())
        return self._open

    def moved(self, tasks: Iterable[tuple[str | None, str | None]]) -> None:
        """What was given is written. Open tasks that were one person's (None: nobody's) are another's."""
        self._given.clear()
        if self._open is None:
            return
        for before, after in tasks:
            if before != after:
                self._open.update({after: 1} if after is not None else {})
                self._open.subtract({before: 1} if before is not None else {})

    def forget(self) -> None:
        """What was counted was undone: count again."""
        self._open = None
        self._given.clear()
