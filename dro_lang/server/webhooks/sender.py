"""The thread that writes letters of what is new, and sends those that are due."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import httpx

from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.runtime.operations.documents import history_document
from dro_lang.runtime.operations.plan_view import HistoryLine, lines_of
from dro_lang.runtime.outside.callbacks.signature import ID, SIGNATURE, TIMESTAMP, sign
from dro_lang.server.plans.reading import Reader, Readers
from dro_lang.server.rights.columns import Clock
from dro_lang.server.webhooks.events import MEDIA_TYPE, body_of, cloud_event
from dro_lang.server.webhooks.outbox import Letter, Outbox, Webhook

_LOG = logging.getLogger("drolang.webhooks")

LOOK_EVERY = 0.3
PATIENCE = 15.0
"""Seconds within which an answer must have come."""
_AT_ONCE = 8
_MOST = 500


class Sender:
    """Tells webhooks what is new, from `start` to `stop`."""

    def __init__(self, outbox: Outbox, readers: Readers, server: str, clock: Clock) -> None:
        self._outbox = outbox
        self._readers = readers
        self._server = server
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drolang webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        # Wherever a webhook leads: nothing but the address itself is called.
        with (
            httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False) as http,
            ThreadPoolExecutor(_AT_ONCE, "drolang webhooks") as pool,
        ):
            while not self._stopping.is_set():
                try:
                    self._write()
                    due = self._outbox.due(_AT_ONCE * 4)
                    list(pool.map(lambda letter: self._send(http, letter), due))
                except StoreError as problem:
                    _LOG.error("webhooks have to wait: %s", problem)
                    due = []
                if not due:
                    self._stopping.wait(LOOK_EVERY)

    def _write(self) -> None:
        """Write letters of what is new."""
        seen = self._outbox.seen()
        if seen is None:
            return
        webhooks = [each for each in self._outbox.webhooks() if each.ended_at is None]
        with self._readers.one() as reader:
            if not webhooks:
                last = reader.store.last_change()
                if last != seen:
                    self._outbox.write([], last)
                return
            changes = reader.store.changes(seen, _MOST)
            letters = [letter for change in changes for letter in self._letters(reader, change, webhooks)]
        if changes:
            self._outbox.write(letters, changes[-1].number)

    def _letters(self, reader: Reader, change: Change, webhooks: list[Webhook]) -> Iterator[tuple[str, int, int]]:
        told = [webhook for webhook in webhooks if change.object in webhook.objects]
        for number, line in enumerate(self._lines(reader, change.number) if told else ()):
            for webhook in told:
                if webhook.wants(change.object, what_of(line)):
                    yield webhook.id, change.number, number

    @staticmethod
    def _lines(reader: Reader, change: int) -> list[HistoryLine]:
        entry = reader.store.entry_of_change(change)
        return [] if entry is None else list(lines_of(entry))

    def _send(self, http: httpx.Client, letter: Letter) -> None:
        """Send a letter, and note what came of it."""
        webhook = self._outbox.webhook(letter.webhook)
        body = None if webhook is None else self._body(letter)
        if webhook is None or webhook.ended_at is not None or body is None:
            self._outbox.told(letter)
            return
        id, timestamp = f"msg_{letter.change}_{letter.line}_{webhook.id}", int(self._clock().timestamp())
        headers = {
            "content-type": MEDIA_TYPE,
            ID: id,
            TIMESTAMP: str(timestamp),
            SIGNATURE: sign(webhook.secret, id, timestamp, body),
        }
        try:
            status = http.post(webhook.url, content=body, headers=headers).status_code
        except httpx.HTTPError as error:
            self._outbox.failed(letter, type(error).__name__)
            return
        if status == 410:
            self._outbox.end(webhook.id, "it answered 410 Gone")
        elif 200 <= status < 300:
            self._outbox.told(letter)
        else:
            self._outbox.failed(letter, f"HTTP {status}")

    def _body(self, letter: Letter) -> bytes | None:
        """What a letter says; None where there is nothing to say any more."""
        with self._readers.one() as reader:
            change = next(iter(reader.store.changes(letter.change - 1, 1)), None)
            if change is None or change.number != letter.change:
                return None
            lines = self._lines(reader, change.number)
            row = reader.store.plan_row(change.plan_id)
            zone = reader.queries.kernel(row.header).blueprint.zone
        return body_of(cloud_event(self._server, row.header, change, letter.line, lines[letter.line], zone))


_UTC = ZoneInfo("UTC")


def what_of(line: HistoryLine) -> str:
    """What a line of a history is about."""
    return str(history_document(line, _UTC)["what"])
