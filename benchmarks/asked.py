"""What `serving.py` asks the server for: every list with its filters and orders, and what else people look at."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from attrs import frozen


@frozen
class Asked:
    """A request: what it is told as, and its address. Pages are asked for by somebody who signed in, the rest by a
    token; `narrow` is one that sees the plans of one object and no queue."""

    group: str
    path: str
    narrow: bool = False

    @property
    def page(self) -> bool:
        return self.group.startswith("console")


PLAN_ORDERS = (
    ("submitted", "asc"),
    ("updated", "desc"),
    ("updated", "asc"),
    ("next", "asc"),
    ("name", "asc"),
    ("name", "desc"),
)
STEP_ORDERS = (("plan", "asc"), ("due", "asc"), ("due", "desc"), ("since", "desc"))


def requests(plans: int) -> list[Asked]:
    """All of them, for a store of so many plans."""
    plan = f"A-{plans // 2 - plans // 2 % 10 + 2:07}"
    return [*_lists(plan), *_all_plans(), *_one_plan(plan), *_console(plan)]


def _lists(plan: str) -> Iterator[Asked]:
    now = datetime.now(UTC)
    for narrowed in (
        {},
        {"state": "in_progress"},
        {"state": "completed"},
        {"state": "frozen"},
        {"plan": "Renew"},
        {"object": "Contract"},
        {"scenario": "legal"},
        {"scenario": "firm"},
        {"search": plan[:4]},
        {"search": plan[:6]},
        {"search": "acme"},
        {"search": "acme 12"},
        {"record_id": plan},
        {"priority": "default"},
        {"in_trouble": "true"},
        {"step_state": "fatally_failed"},
        {"step_state": "ready"},
        {"step_jeopardy": "late"},
        {"submitted_from": (now - timedelta(hours=1)).isoformat()},
        {"submitted_before": (now - timedelta(minutes=1)).isoformat()},
        {"state": "frozen", "scenario": "firm", "search": "beta"},
    ):
        for sort, order in PLAN_ORDERS:
            yield Asked("API, plans", f"/api/v1/plans?{urlencode({**narrowed, 'sort': sort, 'order': order})}")
    for narrowed in (
        {},
        {"state": "ready"},
        {"state": "fatally_failed"},
        {"kind": "callout"},
        {"jeopardy": "late"},
        {"queue": "Calls"},
        {"assignee": "person7"},
        {"unassigned": "true", "kind": "manual"},
        {"target": "Ledger", "kind": "callout"},
        {"error": "REFUSED_3"},
        {"plan": "Renew"},
        {"group": "Claim"},
        {"step": "nothing"},
        {"plan_id": plan},
        {"due_before": now.isoformat()},
    ):
        for sort, order in STEP_ORDERS:
            yield Asked("API, steps", f"/api/v1/steps?{urlencode({**narrowed, 'sort': sort, 'order': order})}")
    for state in ("pending", "completed", "skipped"):
        yield Asked("API, steps", f"/api/v1/steps?state={state}")
    for narrowed in ({}, {"queue": "Legal"}, {"assignee": "person7"}, {"unassigned": "true"}, {"jeopardy": "late"}):
        yield Asked("API, tasks", f"/api/v1/tasks?{urlencode({**narrowed, 'sort': 'due'})}")
    for path in ("plans?sort=updated&order=desc", "steps?sort=since&order=desc", "tasks?sort=due", "queues"):
        yield Asked("API, for who sees one object", f"/api/v1/{path}", narrow=True)


def _all_plans() -> Iterator[Asked]:
    yield Asked("API, queues", "/api/v1/queues")
    yield Asked("API, integrations", "/api/v1/integrations")
    yield Asked("API, programs", "/api/v1/programs")
    yield Asked("API, plans by state", "/api/v1/plans/counts")
    yield Asked("metrics", "/metrics")


def _one_plan(plan: str) -> Iterator[Asked]:
    yield Asked("API, a plan", f"/api/v1/plans/{plan}")
    yield Asked("API, its history", f"/api/v1/plans/{plan}/history")
    yield Asked("summary of a record", f"/api/v1/summary?object=Account&record_id={plan}")


def _console(plan: str) -> Iterator[Asked]:
    yield Asked("console, a plan", f"/plans/{plan}")
    for path in ("programs", "integrations", "users", "audit"):
        yield Asked(f"console, {path}", f"/{path}")
    lists = {
        "plans": ("", "state=frozen", "scenario=legal", f"search={plan[:4]}", "step_jeopardy=late", "sort=name"),
        "tasks": ("", "whose=all", "whose=unassigned", "whose=all&queue=Legal", "whose=all&risk=true"),
        "fallout": ("", "state=failed", "error=REFUSED_3", "queue=Fallout"),
    }
    for path, narrowings in lists.items():
        for narrowed in narrowings:
            yield Asked(f"console, {path}", f"/{path}?{narrowed}")
