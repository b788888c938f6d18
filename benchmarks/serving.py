"""How soon `drolang serve` answers over a store with a million plans, while it carries plans out and tells of them live.

    pip install 'drolang[engine,serve]'
    python benchmarks/serving.py [--plans N] [--rounds N] [--streams N] [--due N] [--store FILE] [--cold] [--folder FOLDER] [--out FOLDER]

A store is built by the engine's own submission (portfolio.py), or taken from `--store FILE`, which is made where it is
not there, and kept. `drolang serve` runs over it as a process of its own. So many plans a second fall due meanwhile and
are carried out; so many live streams are open and told of it, every tenth of all plans, the others of one plan each.
Requests (asked.py) go over loopback, one after the other, each in turn with one for a bare FastAPI endpoint that has an
answer of the same size ready: what no server of this kind comes below. Writes `serving.md` and `serving.json` to the
folder, and the tables to standard output.
"""  # noqa: E501  the command

import asyncio
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from asked import Asked, requests
from attrs import field, frozen
from portfolio import CONFIGURATION, VERSIONS, account, build, program_of
from report import deliver, machine, number, parser, table

from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.lists import StepFilter
from dro_lang.runtime.embedded.requests import Receipt, Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.server.rights.local import local_accounts
from dro_lang.server.rights.permissions import EVERY, NONE, Names, PermissionSet

PAUSE = 0.02
"""Seconds between requests: as many as the server takes from one address."""
CALLERS = 12
EACH = 0.08
"""Seconds that a request takes with its pause and its bare counterpart, at most: so long plans are to fall due."""

BARE = """\
import sys
import uvicorn
from fastapi import FastAPI, Response

app = FastAPI()

@app.get("/{size}")
def static(size: int) -> Response:
    return Response(b"x" * size, media_type="application/json")

uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""


# ---- processes


@frozen
class Server:
    """Where it listens, and who asks it: tokens, one that sees little, and the cookies of people who signed in."""

    url: str
    tokens: tuple[str, ...]
    narrow: str
    cookies: tuple[str, ...]

    def headers(self, asked: Asked, caller: int) -> dict[str, str]:
        if asked.page:
            return {"cookie": f"drolang={self.cookies[caller]}"}
        return {"authorization": f"Bearer {self.narrow if asked.narrow else self.tokens[caller]}"}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def process(command: Sequence[str], folder: Path, url: str) -> Iterator[None]:
    """A process of its own, from when it answers on."""
    log = folder / "log"
    with log.open("ab") as told:
        running = subprocess.Popen(command, cwd=folder, stdout=told, stderr=told)
    try:
        end = time.monotonic() + 300
        while not _answers(url):
            if running.poll() is not None or time.monotonic() > end:
                sys.exit(f"`{' '.join(command[1:4])}` does not answer:\n{log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.2)
        yield
    finally:
        running.terminate()
        running.wait(60)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def prepare(store: Path, folder: Path) -> Server:
    """The configuration, and who asks."""
    (folder / "drolang.toml").write_text(CONFIGURATION, encoding="utf-8")
    sets, life = [PermissionSet.ADMIN, PermissionSet.OPERATOR], timedelta(hours=6)
    with local_accounts(store) as local:
        tokens = [local.tokens.new(f"reader{at}", "benchmark", sets, EVERY, EVERY, life)[1] for at in range(CALLERS)]
        _, narrow = local.tokens.new("narrow", "benchmark", sets, Names.of(["Contract"]), NONE, life)
        person = local.accounts.user("admin") or local.accounts.add("admin", sets, EVERY, EVERY)
        cookies = [local.accounts.sign_in_as(person.principal, "benchmark") for _ in range(CALLERS)]
    return Server(f"http://127.0.0.1:{free_port()}", tuple(tokens), narrow, tuple(cookies))


def submit(store: Path, due: Mapping[str, datetime]) -> None:
    """Plans that fall due at these moments, by their ids."""
    with Desk(store, "benchmark", patience=120) as desk:
        hash = desk.deploy(program_of(VERSIONS))
        records = (Submit(hash, "Chase", account(id, at, "Medium")) for id, at in due.items())
        for receipt in desk.ask_all(records):
            assert isinstance(receipt, Receipt), receipt
            assert receipt.plan_id is not None, receipt


# ---- live streams


@frozen
class Streams:
    """Live streams that are open, in a thread of their own. `events` counts what each was told."""

    server: Server
    plans: Sequence[str | None]
    """Of which plan each tells; None: of all."""
    events: dict[int, int] = field(factory=dict)
    _over: threading.Event = field(factory=threading.Event)

    @contextmanager
    def open(self) -> Iterator[None]:
        thread = threading.Thread(target=lambda: asyncio.run(self._follow_all()))
        thread.start()
        try:
            end = time.monotonic() + 120
            while len(self.events) < len(self.plans):
                if time.monotonic() > end:
                    sys.exit(f"only {len(self.events)} of {len(self.plans)} streams are open")
                time.sleep(0.1)
            yield
        finally:
            self._over.set()
            thread.join()

    async def _follow_all(self) -> None:
        following = [asyncio.create_task(self._follow(at, plan)) for at, plan in enumerate(self.plans)]
        while not self._over.is_set():
            await asyncio.sleep(0.2)
        for each in following:
            each.cancel()

    async def _follow(self, at: int, plan: str | None) -> None:
        host, _, port = self.server.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        path = "/api/v1/events" if plan is None else f"/api/v1/events?plan_id={quote(plan)}"
        token = self.server.tokens[at % CALLERS]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        async for line in reader:
            if line.startswith(b": from here on"):
                self.events[at] = 0
            elif line.startswith(b"event: plan"):
                self.events[at] += 1


# ---- requests


@frozen
class Taken:
    """The seconds that the answers to a request took, and those of the bare endpoint with answers of that size; `first`
    is what the first one took."""

    seconds: list[float] = field(factory=list)
    bare: list[float] = field(factory=list)
    first: list[float] = field(factory=list)


def measure(server: Server, bare: str, asked: Sequence[Asked], rounds: int) -> dict[Asked, Taken]:
    """Each request so many times, in turn; a first time, which fills caches, counts for itself."""
    found = {each: Taken() for each in asked}
    callers = itertools.cycle(range(CALLERS))
    with httpx.Client(base_url=server.url, timeout=60) as client, httpx.Client(base_url=bare, timeout=60) as floor:
        for turn in range(rounds + 1):
            for each in asked:
                headers = server.headers(each, next(callers))
                start = time.perf_counter()
                answer = client.get(each.path, headers=headers)
                answered = time.perf_counter()
                if answer.status_code != 200:
                    sys.exit(f"{each.path} is answered {answer.status_code}: {answer.text[:500]}")
                size = len(answer.content)
                begin = time.perf_counter()
                floor.get(f"/{size}")
                end = time.perf_counter()
                if not turn:
                    found[each].first.append(answered - start)
                else:
                    found[each].seconds.append(answered - start)
                    found[each].bare.append(end - begin)
                time.sleep(PAUSE)
    return found


def drop(store: Path) -> None:
    """Have the system drop a file from its memory, as if it had just started."""
    with store.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def share(seconds: Sequence[float], part: float) -> float:
    """What so great a part of them does not exceed, in milliseconds."""
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(part * len(seconds)))]


def results_of(found: Mapping[Asked, Taken]) -> list[dict[str, Any]]:
    groups: dict[str, list[Asked]] = {}
    for each in found:
        groups.setdefault(each.group, []).append(each)
    results = []
    for name, members in groups.items():
        seconds = [taken for each in members for taken in found[each].seconds]
        bare = [taken for each in members for taken in found[each].bare]
        slowest = max(members, key=lambda each: share(found[each].seconds, 0.95))
        results.append(
            {
                "what": name,
                "addresses": len(members),
                "median_ms": share(seconds, 0.5),
                "p95_ms": share(seconds, 0.95),
                "slowest_p95_ms": share(found[slowest].seconds, 0.95),
                "slowest": slowest.path,
                "bare_median_ms": share(bare, 0.5),
                "bare_p95_ms": share(bare, 0.95),
                "to_bare": statistics.median(seconds) / statistics.median(bare),
            }
        )
    return results


def lateness(store: Path, due: Mapping[str, datetime]) -> list[float]:
    """How many seconds after its moment each plan that fell due was carried out, of those that were."""
    opened = SqliteStore.open(store)
    waiting = StepFilter(kinds=frozenset({StepKind.MANUAL}), step="call")
    found = []
    for id, at in due.items():
        for row in opened.list_steps(StepFilter(waiting.statuses, waiting.kinds, plan_id=id)):
            if row.since is not None and row.since >= at:
                found.append((row.since - at).total_seconds())
    opened.close()
    return found


# ---- the whole


HEAD = (
    "what",
    "addresses",
    "median, ms",
    "95 of 100 within, ms",
    "of its slowest address",
    "bare: median",
    "bare: 95 of 100",
    "median to bare",
)
COLUMNS = ("median_ms", "p95_ms", "slowest_p95_ms", "bare_median_ms", "bare_p95_ms", "to_bare")


def told(results: Sequence[Mapping[str, Any]], facts: Mapping[str, float], plans: int) -> str:
    rows = [[each["what"], each["addresses"], *(number(each[name]) for name in COLUMNS)] for each in results]
    lines = [[name, number(value)] for name, value in facts.items()]
    return f"{table(HEAD, rows)}\n{table([f'{plans:,} plans', ''], lines)}"


def main() -> None:
    command = parser(__doc__ or "", rounds=10)
    command.add_argument("--plans", type=int, default=1_000_000, help="plans in the store (default: 1000000)")
    command.add_argument("--streams", type=int, default=200, help="live streams that are open (default: 200)")
    command.add_argument("--due", type=float, default=5, help="plans that fall due in a second (default: 5)")
    command.add_argument("--store", type=Path, help="the store; made where it is not there, and kept")
    command.add_argument(
        "--cold", action="store_true", help="drop the file from the system's memory before (not macOS)"
    )
    command.add_argument("--folder", type=Path, help="where it all happens (default: the temporary folder)")
    given = command.parse_args()
    facts: dict[str, float] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        store = (given.store or folder / "plans.db").resolve()
        if not store.exists():
            start = time.perf_counter()
            build(store, given.plans)
            facts["plans a second that were submitted and carried on"] = given.plans / (time.perf_counter() - start)
        asked = requests(given.plans)
        server = prepare(store, folder)
        bare = f"http://127.0.0.1:{free_port()}"
        serve = [sys.executable, "-m", "dro_lang", "serve", "--store", str(store)]
        ports = [url.rpartition(":")[2] for url in (server.url, bare)]
        stack.enter_context(process([*serve, "--port", ports[0]], folder, f"{server.url}/healthz"))
        stack.enter_context(process([sys.executable, "-c", BARE, ports[1]], folder, f"{bare}/1"))
        count = round(given.due * EACH * len(asked) * (given.rounds + 1))
        ids = [f"D-{datetime.now(UTC):%d%H%M%S}-{at:06}" for at in range(count)]
        streams = Streams(
            server, [None if at % 10 == 0 else ids[at * count // given.streams] for at in range(given.streams)]
        )
        with streams.open():
            soon = datetime.now(UTC) + timedelta(seconds=count / 100)
            due = {id: soon + timedelta(seconds=at / given.due) for at, id in enumerate(ids)}
            submit(store, due)
            if given.cold:
                drop(store)
            begin, before = time.perf_counter(), sum(streams.events.values())
            found = measure(server, bare, asked, given.rounds)
            lasted, events = time.perf_counter() - begin, sum(streams.events.values()) - before
        late = lateness(store, due)
        results = results_of(found)
        first = [seconds for each in found.values() for seconds in each.first]
        facts |= {
            "the first time, 95 of 100 within, ms": share(first, 0.95),
            "the first time, the slowest, ms": share(first, 1),
            "the first time, more than 100 ms": sum(seconds > 0.1 for seconds in first),
            "the store, in GB": store.stat().st_size / 1e9,
            "live streams that are open": given.streams,
            "events a second that they are told": events / lasted,
            "of them, told nothing": sum(count == 0 for count in streams.events.values()),
            "plans a second that were due": given.due,
            "plans that were carried out meanwhile": len(late),
            "after their moment, 95 of 100 within, ms": share(late, 0.95),
            "requests a second": len(asked) * (given.rounds + 1) / lasted,
        }
    numbers = {"machine": machine("fastapi", "uvicorn"), "plans": given.plans, "results": results, "facts": facts}
    deliver("serving", told(results, facts, given.plans), numbers, given.out)


if __name__ == "__main__":
    main()
