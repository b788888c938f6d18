"""Answers that come piece by piece, and are kept whole for whoever asks again with the same Idempotency-Key.

Whoever asked may go before the answer has come to its end. What was begun goes on all the same, and so does the answer,
which is then there for the next time.
"""

import gzip
import logging
import threading
import zlib
from collections.abc import Callable, Iterator

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

_LOG = logging.getLogger("drolang.server")


class InPieces(StreamingResponse):
    """An answer of which each piece is sent as it comes."""

    def __init__(self, pieces: Iterator[str], media_type: str) -> None:
        super().__init__(pieces, media_type=media_type)
        self._pieces = pieces
        self._kept: _Kept | None = None

    def keep(self, whole: Callable[[bytes], None], broken: Callable[[], None]) -> None:
        """Have `whole` get all of it, compressed by gzip, when it has come to its end; or `broken` be called where it
        never does."""
        self._kept = _Kept(self._pieces, whole, broken)
        self.body_iterator = iterate_in_threadpool(self._kept)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._kept is not None and not self._kept.ended:
                threading.Thread(target=self._kept.finish, name="drolang answer").start()


def unpacked(body: bytes) -> bytes:
    return gzip.decompress(body)


class _Kept:
    """The pieces, of which a copy is kept. Two threads may take them: one after the other."""

    def __init__(self, pieces: Iterator[str], whole: Callable[[bytes], None], broken: Callable[[], None]) -> None:
        self._pieces = pieces
        self._whole = whole
        self._broken = broken
        self._packer = zlib.compressobj(level=1, wbits=31)
        self._packed: list[bytes] = []
        self._turn = threading.Lock()
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self._turn:
            try:
                piece = next(self._pieces)
            except StopIteration:
                self._end()
                raise
            except BaseException:
                self.ended = True
                self._broken()
                raise
            self._packed.append(self._packer.compress(piece.encode()))
            return piece

    def _end(self) -> None:
        if not self.ended:
            self.ended = True
            self._whole(b"".join([*self._packed, self._packer.flush()]))

    def finish(self) -> None:
        """Go on to the end, for nobody."""
        try:
            for _ in self:
                pass
        except Exception:
            _LOG.exception("an answer that nobody waits for any more broke off")
