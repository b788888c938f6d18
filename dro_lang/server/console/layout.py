"""What all pages of the console share: where they lead, and what was just done."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from attrs import frozen
from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from dro_lang.kernel.states import InstanceId
from dro_lang.runtime.embedded.lists import MOST_LOOKED_AT
from dro_lang.server.console import looks
from dro_lang.server.pages.render import environment, page
from dro_lang.server.pages.sign_in import own_path
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller


@frozen
class Place:
    """A page that the navigation leads to, for those who may see it."""

    name: str
    path: str
    operation: Operation


PLACES = (
    Place("Plans", "/plans", Operation.VIEW_PLANS),
    Place("Tasks", "/tasks", Operation.VIEW_TASKS),
    Place("Fallout", "/fallout", Operation.VIEW_PLANS),
    Place("Integrations", "/integrations", Operation.VIEW_INTEGRATIONS),
    Place("Programs", "/programs", Operation.VIEW_PROGRAMS),
    Place("Users", "/users", Operation.MANAGE_ACCOUNTS),
    Place("Audit log", "/audit", Operation.VIEW_AUDIT),
)

NOTICES: Mapping[str, str] = {
    "retried": "The step is tried again.",
    "completed": "The step is completed.",
    "discarded": "The step will not run.",
    "claimed": "The task is yours.",
    "assigned": "The task is assigned.",
    "frozen": "The plan is told to stop. It is frozen when nothing runs any more.",
    "unfrozen": "The plan goes on.",
    "amended": "The plan was amended.",
    "canceled": "The plan was canceled.",
    "changed": "The data of the record was changed.",
    "offline": "The integration is offline: its callouts are held back.",
    "added": "The user is added. A link lets them in.",
    "rights": "The user has other rights now.",
    "disabled": "The account is taken away, and the user is signed out everywhere.",
    "enabled": "The user has the account back. A link lets them in.",
    "revoked": "The token is revoked: nothing can be done with it any more.",
    "online": "The integration is online: its callouts go out.",
}
"""What was done, by the word for it in the address to which a form leads."""


def places(caller: Caller) -> list[Place]:
    return [place for place in PLACES if caller.may(place.operation)]


def console_page(
    request: Request, caller: Caller, template: str, at: str, http_status: int = 200, **values: Any
) -> HTMLResponse:
    """A page of the console; `at` is the path of the place to which it belongs."""
    _prepare()
    notice = NOTICES.get(request.query_params.get("said", ""))
    values = {"notice": notice, "problem": None, **values}
    return page(request, template, http_status, caller=caller, places=places(caller), at=at, **values)


def template(name: str) -> Any:
    """A template, for pages that are sent as they come about."""
    _prepare()
    return environment().get_template(name)


def done(path: str, said: str) -> RedirectResponse:
    """To a page of this server that says what was done."""
    path = own_path(path)
    base, _, query = path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("said="))
    return RedirectResponse(f"{base}?{kept}&said={said}" if kept else f"{base}?said={said}", 303)


def _prepare() -> None:
    known = environment()
    if "STEPS" in known.globals:
        return
    known.globals.update(
        STEPS=looks.STEPS,
        PLANS=looks.PLANS,
        JEOPARDIES=looks.JEOPARDIES,
        KINDS=looks.KINDS,
        most_looked_at=MOST_LOOKED_AT,
        plan_path=plan_path,
        step_path=step_path,
        query=query,
    )
    known.filters.update(moment=moment, day=day, away=away, number=number)


# ---- addresses


def plan_path(plan_id: str) -> str:
    return f"/plans/{quote(plan_id, safe='')}"


def step_query(step: InstanceId) -> dict[str, str]:
    """A step in an address."""
    found = {"group": step.group, "step": step.step}
    found |= {} if step.item is None else {"item": step.item}
    return found | ({"copy": str(step.copy)} if step.copy else {})


def step_path(plan_id: str, step: InstanceId) -> str:
    return f"{plan_path(plan_id)}?{urlencode(step_query(step))}"


def query(request: Request, **changed: object) -> str:
    """The address of the page with other parameters; None takes one away. What was said is not said again."""
    left_out = {*changed, "said"}
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name not in left_out]
    pairs += [(name, str(value)) for name, value in changed.items() if value is not None]
    return f"{request.url.path}?{urlencode(pairs)}" if pairs else request.url.path


# ---- words


def day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def moment(at: datetime) -> str:
    """On the wall clock of its zone."""
    return f"{day(at)}, {at:%H:%M}"


def number(count: int) -> str:
    return f"{count:,}"


_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def away(at: datetime, now: datetime) -> str:
    """How far a moment is away: `in 3 days`, `2 hours ago`."""
    distance = abs(at - now)
    for unit, name in _UNITS:
        if distance >= unit:
            count = distance // unit
            said = f"{count:,} {name}{'s' * (count != 1)}"
            return f"in {said}" if at > now else f"{said} ago"
    return "now"
