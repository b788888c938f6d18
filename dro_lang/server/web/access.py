"""Whether whoever opened a live stream may still see what it tells."""

from collections.abc import Callable

from anyio import to_thread

from dro_lang.server.web.caller import Caller


class Access:
    """That of one stream; `may` asks the store. It is asked at the beginning, whenever rights have changed, by whatever
    process, and when the token or the session has come to its end."""

    def __init__(self, caller: Caller, may: Callable[[], bool]) -> None:
        self._caller = caller
        self._feed = caller.services.feed
        self._may = may
        self._rights: int | None = None

    async def lasts(self) -> bool:
        rights = self._feed.rights
        if rights == self._rights and self._caller.services.clock() < self._caller.until:
            return True
        self._rights = rights
        return await to_thread.run_sync(self._may, limiter=self._feed.limiter)
