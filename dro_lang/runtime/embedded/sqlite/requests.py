"""What is asked of the engine, what it said to that, and what is true of all plans: programs, integrations, queues."""

import json
from collections.abc import Mapping
from datetime import datetime

from dro_lang.program import serial
from dro_lang.program.model import Program
from dro_lang.runtime.embedded.clock import from_micros, to_micros
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.port import Switch, Waiting
from dro_lang.runtime.embedded.requests import (
    ERROR,
    SUCCESS,
    Receipt,
    Reply,
    Request,
    SubmittedRecord,
    reply_from_json,
    reply_to_json,
    request_from_json,
    request_to_json,
)
from dro_lang.runtime.embedded.sqlite.tables import Tables


class RequestTables(Tables):
    """The part of the store that holds all but plans."""

    # ---- programs

    def add_program(self, hash: str, program: Program, source: str) -> None:
        document = json.dumps(serial.to_json(program), ensure_ascii=False, separators=(",", ":"))
        self._run(
            "INSERT INTO programs (hash, module, document, source) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            hash,
            program.module,
            document.encode(),
            source,
        )

    def program(self, hash: str) -> Program:
        if hash in self._programs:
            return self._programs[hash]
        row = self._first("SELECT document FROM programs WHERE hash = ?", hash)
        if row is None:
            raise KeyError(hash)
        try:
            program = serial.from_json(json.loads(row[0]))
        except ValueError as problem:
            what = f"program {hash[:12]} in the store `{self.path}` is damaged: {problem}"
            raise StoreError("R0405", what, "restore a backup of the store") from problem
        self._programs[hash] = program
        return program

    def source(self, hash: str) -> str:
        """The text that a program was compiled from. Raises KeyError for one that is not there."""
        row = self._first("SELECT source FROM programs WHERE hash = ?", hash)
        if row is None:
            raise KeyError(hash)
        return str(row[0])

    def programs(self) -> list[str]:
        return [hash for (hash,) in self._all("SELECT hash FROM programs ORDER BY key")]

    def programs_in_use(self) -> list[str]:
        query = (
            "SELECT hash FROM programs g WHERE EXISTS (SELECT 1 FROM kinds k JOIN plan_counts c ON c.kind = k.key"
            " WHERE k.program = g.key AND c.status <> 'completed' AND c.count > 0) ORDER BY key"
        )
        return [hash for (hash,) in self._all(query)]

    # ---- the inbox

    def put(self, request: Request, at: datetime) -> int:
        text = json.dumps(request_to_json(request), ensure_ascii=False)
        return self._run("INSERT INTO inbox (received, request) VALUES (?, ?)", to_micros(at), text)

    def waiting(self, limit: int) -> list[Waiting]:
        query = "SELECT number, request FROM inbox WHERE replied IS NULL ORDER BY number LIMIT ?"
        return [Waiting(number, request_from_json(json.loads(text))) for number, text in self._all(query, limit)]

    def reply(self, number: int, reply: Reply, at: datetime) -> None:
        text = json.dumps(reply_to_json(reply), ensure_ascii=False)
        self._run("UPDATE inbox SET replied = ?, reply = ? WHERE number = ?", to_micros(at), text, number)

    def forget_replies(self, before: datetime, limit: int = -1) -> None:
        oldest = "SELECT number FROM inbox ORDER BY number LIMIT ?"
        self._run(f"DELETE FROM inbox WHERE number IN ({oldest}) AND replied < ?", limit, to_micros(before))

    def reply_to(self, number: int) -> Reply | None:
        row = self._first("SELECT reply FROM inbox WHERE number = ?", number)
        return None if row is None or row[0] is None else reply_from_json(json.loads(row[0]))

    # ---- receipts

    def receipt(self, request_id: str) -> Receipt | None:
        row = self._first("SELECT plan, code, reason FROM receipts WHERE request = ?", request_id)
        if row is None:
            return None
        plan, code, reason = row
        return Receipt(request_id, plan, SUCCESS if code is None else ERROR, code, reason, existing=plan is not None)

    def add_receipt(
        self, submission: SubmittedRecord, request_id: str | None, plan_id: str | None, code: str | None, reason: str
    ) -> str:
        about = (submission.object, submission.record_id, to_micros(submission.at))
        statement = (
            "INSERT INTO receipts (request, object, record, at, plan, code, reason) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        number = self._run(statement, request_id, *about, plan_id, code, reason)
        return request_id or f"R-{number}"

    def last_receipt(self, object: str, record_id: str) -> tuple[SubmittedRecord, Receipt] | None:
        row = self._first(
            "SELECT at, ifnull(request, 'R-' || number), plan, code, reason"
            " FROM receipts INDEXED BY receipts_of_records"
            " WHERE record = ? AND object = ? ORDER BY number DESC LIMIT 1",
            record_id,
            object,
        )
        if row is None:
            return None
        at, request_id, plan, code, reason = row
        receipt = Receipt(request_id, plan, SUCCESS if code is None else ERROR, code, reason)
        return SubmittedRecord(object, record_id, from_micros(at)), receipt

    # ---- integrations and queues

    def switches(self) -> list[Switch]:
        rows = self._all("SELECT integration, online, since, by FROM switches ORDER BY integration")
        return [Switch(integration, bool(online), from_micros(since), by) for integration, online, since, by in rows]

    def switch(self, switch: Switch) -> None:
        since = to_micros(switch.since)
        self._run(
            "INSERT OR REPLACE INTO switches VALUES (?, ?, ?, ?)", switch.integration, switch.online, since, switch.by
        )
        self._run(
            "UPDATE plans SET wake = min(coalesce(wake, ?1), ?1) WHERE key IN"
            " (SELECT plan FROM steps WHERE kind = 'callout' AND target = ?2 AND status = ?3)",
            since,
            switch.integration,
            "on_hold" if switch.online else "in_progress",
        )

    def next_in_line(self, queue: str) -> int:
        self._run("INSERT INTO queues VALUES (?, 1) ON CONFLICT DO UPDATE SET given = given + 1", queue)
        row = self._first("SELECT given FROM queues WHERE queue = ?", queue)
        assert row is not None  # or the line before did nothing
        return int(row[0]) - 1

    def open_tasks(self) -> Mapping[str, int]:
        query = (
            "SELECT assignee, count(*) FROM steps WHERE assignee IS NOT NULL AND kind = 'manual'"
            " AND status IN ('ready', 'in_progress') GROUP BY assignee"
        )
        return dict(self._all(query))

    # ---- the holder of the store

    def holder(self) -> tuple[int, str, str, datetime] | None:
        """The pid, the host, the command and the beginning of the process that holds the store."""
        row = self._first("SELECT pid, host, command, since FROM holder")
        return None if row is None else (*row[:3], from_micros(row[3]))

    def set_holder(self, pid: int, host: str, command: str, since: datetime) -> None:
        self._run("INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?, ?)", pid, host, command, to_micros(since))

    def clear_holder(self) -> None:
        self._run("DELETE FROM holder")
