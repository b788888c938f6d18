"""What is new in the store, for whoever follows it live: one look at it for all of them.

The numbers of changes last, so whoever was away and tells the last one they saw misses nothing. The latest ones are
remembered, with what they are told as, so that many followers cost little more than one.
"""

import asyncio
import logging
import random
import sqlite3
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from attrs import field, frozen

from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.server.plans.reading import Reader, Readers

T = TypeVar("T")

_LOG = logging.getLogger("drolang.server")

LOOK_EVERY = 0.2
PULSE = 15.0
"""Seconds, about: not all at once, where many began at the same moment."""
_AT_ONCE = 4
"""So many threads at most look things up for followers, so that enough are left for requests."""
_MOST = 1000
_REMEMBERED = 5000
"""So many of the latest changes."""


@frozen(eq=False)
class Follower:
    """Somebody who follows changes that they want to know of. `news` is set when there was one, and when rights have
    changed."""

    wants: Callable[[Change], bool]
    news: asyncio.Event = field(factory=asyncio.Event)


class Feed:
    """Looks at the store while somebody follows. Used by the one thread of the event loop."""

    def __init__(self, readers: Readers, told: Callable[[Reader, Change], str], rights: Callable[[], int]) -> None:
        """`told` is what followers are told of a change; `rights` another number when somebody's rights have
        changed."""
        self._readers = readers
        self._text_of = told
        self._rights_now = rights
        self.rights = -1
        """The number that `rights` gave last."""
        self._latest: list[Change] = []
        self._since = 0
        """The change behind which all that came since are among the latest."""
        self._texts: dict[int, asyncio.Task[str]] = {}
        self._followers: set[Follower] = set()
        self._wanted = asyncio.Event()
        self._seen: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closing = False

    async def run(self) -> None:
        """Look and tell, until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await self._wanted.wait()
            try:
                await self._look()
            except (StoreError, sqlite3.Error) as problem:
                _LOG.error("the store cannot be followed: %s", problem)
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> None:
        rights = await self.in_thread(self._rights_now)
        if rights != self.rights:
            self.rights = rights
            for follower in self._followers:
                follower.news.set()
        while self._seen is not None and (changes := await self.in_thread(self._changes, self._seen)):
            self._seen = changes[-1].number
            self._remember(changes)
            self._tell(changes)
            if len(changes) < _MOST:
                return

    def _remember(self, changes: list[Change]) -> None:
        self._latest += changes
        if len(self._latest) > 2 * _REMEMBERED:
            forgotten = self._latest[:-_REMEMBERED]
            self._latest = self._latest[-_REMEMBERED:]
            self._since = forgotten[-1].number
            for change in forgotten:
                self._texts.pop(change.number, None)

    def _begin(self, last: int) -> None:
        """What is new from a change on is to be remembered."""
        self._seen = self._since = last
        self._latest = []
        self._texts = {}

    @cached_property
    def limiter(self) -> CapacityLimiter:
        """For threads that work for followers."""
        return CapacityLimiter(_AT_ONCE)

    async def in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        """Have something done for followers that takes a while."""
        return await to_thread.run_sync(work, *arguments, limiter=self.limiter)

    async def last(self) -> int:
        """The number of the latest change."""
        return await self.in_thread(self._last)

    async def changes_after(self, number: int) -> list[Change]:
        """What came after a change, oldest first: all of it, or a part where that is much."""
        if number < self._since or self._seen is None:
            return await self.in_thread(self._changes, number)
        return self._latest[bisect_right(self._latest, number, key=lambda change: change.number) :]

    async def told(self, change: Change) -> str:
        """What followers are told of a change. May raise StoreError, and KeyError where its plan is gone."""
        telling = self._texts.get(change.number)
        if telling is None:
            telling = asyncio.create_task(self.in_thread(self._told, change))
            if change.number > self._since:
                self._texts[change.number] = telling
        # Whoever goes meanwhile takes it from nobody else.
        return await asyncio.shield(telling)

    def _told(self, change: Change) -> str:
        with self._readers.one() as reader:
            return self._text_of(reader, change)

    def _last(self) -> int:
        with self._readers.one() as reader:
            return reader.store.last_change()

    def _changes(self, after: int) -> list[Change]:
        with self._readers.one() as reader:
            return reader.store.changes(after, _MOST)

    @contextmanager
    def _following(self, wants: Callable[[Change], bool]) -> Iterator[Follower]:
        follower = Follower(wants)
        self._followers.add(follower)
        self._wanted.set()
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            if not self._followers:
                self._wanted.clear()
                self._seen = None

    async def pulses(self, wants: Callable[[Change], bool]) -> AsyncIterator[None]:
        """Now, after each change that is wanted (of several, once), and every so often where there is none; until the
        server comes to its end."""
        with self._following(wants) as follower:
            if self._seen is None:
                last = await self.last()
                if self._seen is None:
                    self._begin(last)
            while not self.closing:
                # What changes from here on is told by the next pulse.
                follower.news.clear()
                yield
                try:
                    async with asyncio.timeout(PULSE * random.uniform(0.75, 1.25)):
                        await follower.news.wait()
                except TimeoutError:
                    continue

    def tell(self, change: Change) -> None:
        """Tell of something that stands in no journal. Any thread may do that."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._tell, [change])

    def _tell(self, changes: list[Change]) -> None:
        for follower in self._followers:
            if not follower.news.is_set() and any(map(follower.wants, changes)):
                follower.news.set()

    def close_soon(self) -> None:
        """`close`, for any thread and for signal handlers."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.close)

    def close(self) -> None:
        """Have every follower come to an end."""
        self.closing = True
        for follower in self._followers:
            follower.news.set()
