"""`drolang run --store`: records are submitted to a store, and their plans carried out."""

import getpass
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import field, frozen

from dro_lang.cli.carrying_out import lacks, log_to_stderr, stopped_by_signals
from dro_lang.cli.many_records import loaded, passage
from dro_lang.cli.output import Exit, Problem, colored, plural, say
from dro_lang.cli.report.cells import Painter, terminal_columns
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.objects import objects
from dro_lang.cli.report.receipts import Outcome, Submission, Submissions, Table, Told
from dro_lang.cli.report.results import Result, refused
from dro_lang.cli.stores import told
from dro_lang.kernel.events import SYSTEM
from dro_lang.program.model import Plan, Program
from dro_lang.records.load import Accepted, Inputs, Rejected
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.engine import GROUP
from dro_lang.runtime.embedded.errors import StoreHeld
from dro_lang.runtime.embedded.lists import PlanFilter
from dro_lang.runtime.embedded.requests import Answer, Receipt, Reply, Submit, SubmittedRecord
from dro_lang.runtime.embedded.service import Service
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.operations.versions import RUNNING

COMMAND = "drolang run"


@frozen
class Submitting:
    """What is to be submitted: the records of a plan, to a store; whether each gets a plan `anew`; whether to `follow`
    the plans afterwards."""

    file: Path
    program: Program
    plan: Plan
    inputs: Inputs
    only: str | None
    store: Path
    anew: bool
    follow: bool
    configuration: Configuration
    format_: str
    out: Path | None
    rejects: Path | None
    color: str


def submit(job: Submitting) -> Exit:
    """Submit the records, do what is due, and stay with it where that is wanted. Raises Misuse and Problem."""
    if lacks(job.configuration, [job.program], job.color):
        raise Problem("the configuration lacks what the plan needs")
    outcome = Outcome()
    found = loaded(job.program, job.plan, job.inputs, job.only)
    with told(), passage(job.file, job.inputs, found, job.only, job.out, job.rejects) as way:
        progress = job.format_ == "table" or not way.stream.isatty()
        painter = Painter(terminal_columns(), colored(way.stream, job.color))
        with closing(way.each(outcome.tally, progress)) as records:
            try:
                interrupted = _here(job, records, outcome, way.lines, painter)
            except StoreHeld as held:
                interrupted = False
                _there(job, records, outcome, way.lines, painter)
                say(f"{held.message}: that carries the plans out")
    say(str(outcome))
    way.announce_rejects(outcome.tally)
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.OK if outcome.tally.clean else Exit.PROBLEMS


def _here(
    job: Submitting, records: Iterable[Accepted | Rejected], outcome: Outcome, lines: WholeLines, painter: Painter
) -> bool:
    """Hold the store, and carry out its plans. Gives whether a signal came before all was done. Raises StoreHeld."""
    with Service(job.store, COMMAND, job.configuration, create=True) as service:
        log_to_stderr()
        with stopped_by_signals(service.worker):
            hash = service.engine.deploy(job.program, job.file.read_text(encoding="utf-8"))
            _tell_earlier(job, hash, service.store)
            writer = _writer(job, service.store, lines, painter)
            submitted = Submitted(job, hash, service.store, writer, outcome)
            submitted.take(records, service.submit)
            service.worker.settle()
            writer.end()
            lines.flush()
            interrupted = service.worker.stopping
            if job.follow and not interrupted:
                say(f"carrying out the plans of {job.store}; Ctrl-C stops")
            service.worker.run(until_idle=not job.follow)
    return interrupted


def _there(
    job: Submitting, records: Iterable[Accepted | Rejected], outcome: Outcome, lines: WholeLines, painter: Painter
) -> None:
    """Have the process that holds the store take the records."""
    with Desk(job.store, COMMAND, job.configuration.queues) as desk:
        hash = desk.deploy(job.program, job.file.read_text(encoding="utf-8"))
        _tell_earlier(job, hash, desk.store)
        writer = _writer(job, desk.store, lines, painter)
        Submitted(job, hash, desk.store, writer, outcome).take(records, desk.ask_all)
        writer.end()


def _tell_earlier(job: Submitting, hash: str, store: SqliteStore) -> None:
    """Say how many plans do not get the program as it is now."""
    object = job.program.mappings[job.plan.mapping].object
    tally = store.tally_plans(PlanFilter(object=object, plan=job.plan.name))
    earlier = sum(count for (program, _, status), count in tally.items() if program != hash and status in RUNNING)
    if earlier:
        keep, they = ("keeps", "it was") if earlier == 1 else ("keep", "they were")
        say(f"{plural(earlier, 'unfinished plan')} {keep} the program that {they} started with")


def _writer(job: Submitting, store: SqliteStore, lines: WholeLines, painter: Painter) -> Submissions:
    zone = ZoneInfo(job.plan.timezone)
    return Table(lines, painter, store, zone) if job.format_ == "table" else Told(objects(job.format_, lines))


@frozen
class Submitted:
    """Records on their way through `submit`, which takes requests and gives replies in their order."""

    job: Submitting
    hash: str
    store: SqliteStore
    writer: Submissions
    outcome: Outcome
    _refused: list[Rejected] = field(factory=list, init=False)
    _ids: deque[str] = field(factory=deque, init=False)

    def take(
        self, records: Iterable[Accepted | Rejected], submit: Callable[[Iterator[Submit]], Iterator[Reply]]
    ) -> None:
        """Submit the records, and tell what became of each. Raises Problem where one is refused as a request."""
        for reply in submit(self._requests(records)):
            if isinstance(reply, Answer):
                raise Problem(f"the records cannot be submitted: {reply.refusal}")
            self._add(self._ids.popleft(), reply)
        self._keep_refused()

    def _requests(self, records: Iterable[Accepted | Rejected]) -> Iterator[Submit]:
        user = _user()
        for record in records:
            if isinstance(record, Rejected):
                self._refused.append(record)
                if len(self._refused) == GROUP:
                    self._keep_refused()
                told = refused(record)
                self.outcome.tally.add(told)
                receipt = Receipt("", None, told.submit_status, told.error_code, told.reason)
                self.writer.add(Submission(record.id, receipt))
            else:
                self._ids.append(record.id)
                yield Submit(self.hash, self.job.plan.name, record.row, self.job.anew, by=user)

    def _keep_refused(self) -> None:
        """Have the store know why records were refused before they came to it: their summaries say so."""
        object, now = self.job.program.mappings[self.job.plan.mapping].object, SystemClock().now()
        with self.store.transaction():
            for record in self._refused:
                if record.id is not None:
                    told = refused(record)
                    self.store.add_receipt(
                        SubmittedRecord(object, record.id, now), None, None, told.error_code, told.reason
                    )
        self._refused.clear()

    def _add(self, record_id: str, receipt: Receipt) -> None:
        result = Result(record_id, "", (), receipt.submit_status, receipt.error_code, receipt.reason, None)
        self.outcome.add(result, receipt)
        self.writer.add(Submission(record_id, receipt))


def _user() -> str:
    """Who submits, as the journal says it."""
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return SYSTEM
