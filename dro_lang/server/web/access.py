"""Whether whoever opened a live stream may still see what it tells."""

import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from dro_lang.server.services import Services

EVERY = 1.0
"""Seconds after which it is asked again, for rights that were taken away on the command line. What is changed through
this server counts at once."""


class Access:
    """That of one stream; `may` asks the store."""

    def __init__(self, services: Services, may: Callable[[], bool]) -> None:
        self._database = services.database
        self._may = may
        self._asked_at = time.monotonic()
        self._rights = self._database.rights

    async def lasts(self) -> bool:
        now, rights = time.monotonic(), self._database.rights
        if rights == self._rights and now - self._asked_at < EVERY:
            return True
        self._asked_at, self._rights = now, rights
        return await run_in_threadpool(self._may)
