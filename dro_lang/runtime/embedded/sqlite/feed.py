"""All journals as one: for whoever follows what happens to plans, in the order in which it did."""

from attrs import frozen

from dro_lang.runtime.embedded.port import JournalEntry
from dro_lang.runtime.embedded.sqlite.rows import entry_of
from dro_lang.runtime.embedded.sqlite.tables import Tables


@frozen
class Change:
    """An entry of the journal of some plan. `number` grows from change to change, and is never used again; `entry` is
    that of the entry in its plan's own journal."""

    number: int
    plan_id: str
    object: str
    record_id: str
    entry: int


class FeedTables(Tables):
    """The part of the store that tells what is new."""

    def last_change(self) -> int:
        """The number of the latest change; 0 where there was none."""
        row = self._first("SELECT max(key) FROM journal")
        return 0 if row is None or row[0] is None else int(row[0])

    def changes(self, after: int, limit: int) -> list[Change]:
        """What came after a change, oldest first."""
        query = (
            "SELECT j.key, p.id, p.object, p.record, j.number FROM journal j JOIN plans p ON p.key = j.plan"
            " WHERE j.key > ? ORDER BY j.key LIMIT ?"
        )
        return [Change(*row) for row in self._all(query, after, limit)]

    def change_of(self, plan_id: str) -> int:
        """The number of the latest change of a plan; 0 for one that is not there."""
        query = "SELECT j.key FROM plans p JOIN journal j ON j.plan = p.key AND j.number = p.entries - 1 WHERE p.id = ?"
        row = self._first(query, plan_id)
        return 0 if row is None else int(row[0])

    def entry_of_change(self, number: int) -> JournalEntry | None:
        """What a change was."""
        row = self._first("SELECT number, event, history FROM journal WHERE key = ?", number)
        return None if row is None else entry_of(*row)
