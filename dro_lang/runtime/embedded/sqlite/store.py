"""The store, of its parts."""

from pathlib import Path

from dro_lang.runtime.embedded.sqlite import connection as files
from dro_lang.runtime.embedded.sqlite.feed import FeedTables
from dro_lang.runtime.embedded.sqlite.keeping import KeepingTables
from dro_lang.runtime.embedded.sqlite.plan_lists import PlanListTables
from dro_lang.runtime.embedded.sqlite.plans import PlanTables
from dro_lang.runtime.embedded.sqlite.read_only import connect_to_read


class SqliteStore(PlanTables, PlanListTables, FeedTables, KeepingTables):
    """The port `Store` on an SQLite file. Whoever only reads, or puts requests into the inbox, may do so from any
    process; plans are saved by the holder of the store alone (`lock.py`)."""

    @classmethod
    def open(cls, path: Path | str, create: bool = False) -> "SqliteStore":
        """Raises StoreError for what is no store, or cannot be used. `:memory:` is a store that is gone when closed."""
        return cls(files.connect(path, create or str(path) == files.MEMORY), path)

    @classmethod
    def open_to_read(cls, path: Path | str) -> "SqliteStore":
        """The same for whoever only reads, also a store that cannot be written. Raises StoreError; at the end, where
        what was read may not belong together."""
        return cls(connect_to_read(path), path)

    def another(self) -> "SqliteStore":
        """One more connection to the same file, for another thread. What was read of programs is read once for both.
        Raises StoreError."""
        return SqliteStore(files.connect(self.path, False), self.path, self._programs)
