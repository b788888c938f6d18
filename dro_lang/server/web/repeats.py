"""Answers to requests with an Idempotency-Key, kept for a day."""

import json
import sqlite3
from datetime import timedelta

from attrs import frozen
from starlette.responses import Response

from dro_lang.server.rights.columns import Clock, as_text, system_clock
from dro_lang.server.rights.database import Database
from dro_lang.server.web.pieces import InPieces, unpacked
from dro_lang.server.web.problems import Problem

KEPT = timedelta(days=1)
_HEADERS = ("etag", "location")
_PACKED = {"content-encoding": "gzip"}


@frozen
class Kept:
    status: int
    media_type: str
    headers: dict[str, str]
    body: bytes

    def response(self, accepts: str) -> Response:
        """The answer once more. `accepts`: in which codings whoever asks takes it."""
        headers, body = self.headers, self.body
        if headers.items() >= _PACKED.items() and "gzip" not in accepts:
            headers = {name: value for name, value in headers.items() if name not in _PACKED}
            body = unpacked(body)
        return Response(body, self.status, {"idempotency-replayed": "true", **headers}, media_type=self.media_type)


@frozen
class Repeats:
    database: Database
    clock: Clock = system_clock

    def start(self) -> None:
        """Forget the requests that were not answered when the server broke down: nobody will."""
        with self.database.writing() as connection:
            connection.execute("delete from server_repeats where status is null")

    def begin(self, caller: str, key: str, asked: str) -> Kept | None:
        """The answer that a request got before; None where it is new, which is noted. Raises Problem where the key was
        used for another request (422), or the first one is not answered yet (409)."""
        now = self.clock()
        try:
            with self.database.writing() as connection:
                connection.execute(
                    "delete from server_repeats where status is not null and at < ?", (as_text(now - KEPT),)
                )
                connection.execute(
                    "insert into server_repeats values (?, ?, ?, ?, null, null, null, null)",
                    (caller, key, asked, as_text(now)),
                )
        except sqlite3.IntegrityError:
            return self._kept(caller, key, asked)
        return None

    def _kept(self, caller: str, key: str, asked: str) -> Kept | None:
        row = self.database.connection.execute(
            "select * from server_repeats where caller = ? and key = ?", (caller, key)
        ).fetchone()
        if row is None or row["asked"] != asked:
            raise Problem(422, "S0302", "this Idempotency-Key was used for another request")
        if row["status"] is None:
            raise Problem(409, "S0302", "the first request with this Idempotency-Key is not answered yet")
        return Kept(row["status"], row["media_type"], json.loads(row["headers"]), row["body"])

    def keep(self, caller: str, key: str, response: Response) -> None:
        """Keep an answer, unless it is one for a defect. One that comes piece by piece is kept at its end."""
        if response.status_code >= 500:
            self.forget(caller, key)
        elif isinstance(response, InPieces):
            response.keep(
                lambda body: self._keep(caller, key, response, body, _PACKED), lambda: self.forget(caller, key)
            )
        else:
            headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
            self._keep(caller, key, response, bytes(response.body), headers)

    def _keep(self, caller: str, key: str, response: Response, body: bytes, headers: dict[str, str]) -> None:
        media_type = response.headers.get("content-type", "application/json")
        with self.database.writing() as connection:
            connection.execute(
                "update server_repeats set status = ?, media_type = ?, headers = ?, body = ?"
                " where caller = ? and key = ?",
                (response.status_code, media_type, json.dumps(headers), body, caller, key),
            )

    def forget(self, caller: str, key: str) -> None:
        with self.database.writing() as connection:
            connection.execute("delete from server_repeats where caller = ? and key = ?", (caller, key))
