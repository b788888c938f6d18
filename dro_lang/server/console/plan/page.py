"""The page of a plan, in the view that is asked for."""

from itertools import islice
from typing import Annotated

from attrs import evolve
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse

from dro_lang.kernel.states import InstanceId
from dro_lang.runtime.operations.plan_view import HistoryLine, PlanView
from dro_lang.server.console.asking import asked
from dro_lang.server.console.layout import console_page
from dro_lang.server.console.plan.graph import Part, graph, node_id, parts
from dro_lang.server.console.plan.model import TABS, PlanPage, Tab, plan_verbs, states_of
from dro_lang.server.console.plan.panel import panel
from dro_lang.server.console.plan.steps import LINES, WORDS, Filter, Show, counts, meant, nodes_of, worst
from dro_lang.server.console.plan.timeline import timeline
from dro_lang.server.plans.acting import loaded_plan
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import Operation, Subject
from dro_lang.server.web.caller import Caller, TheCaller

router = APIRouter(include_in_schema=False)

PlanId = Annotated[str, Path(min_length=1, max_length=255)]
Name = Annotated[str, Field(max_length=255)]

HISTORY_LINES = 200


class Asked(BaseModel):
    """What the address of the page says: the view, the step in the panel, the filter, and which part or page."""

    view: Tab = Tab.GRAPH
    group: Name | None = None
    step: Name | None = None
    item: Name | None = None
    copy_: int = Field(default=0, ge=0, le=100_000)
    show: Show | None = None
    q: Name = ""
    part: int | None = Field(default=None, ge=0, le=100_000)
    first: int = Field(default=0, ge=0, le=2**31)

    @property
    def chosen(self) -> InstanceId | None:
        if self.group is None or self.step is None:
            return None
        return InstanceId(self.group, self.step, self.item, self.copy_)


def read_asked(request: Request) -> Asked:
    found = asked(Asked, request)
    copy = request.query_params.get("copy", "0")
    return found.model_copy(update={"copy_": int(copy) if copy.isascii() and copy.isdigit() and len(copy) < 7 else 0})


@router.get("/plans/{plan_id}")
def show_plan(request: Request, caller: TheCaller, plan_id: PlanId) -> HTMLResponse:
    return plan_response(request, caller, plan_id)


def plan_response(
    request: Request, caller: Caller, plan_id: str, http_status: int = 200, problem: str | None = None
) -> HTMLResponse:
    """The page of a plan, with what was refused. Raises Problem (403, 404)."""
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        caller.require(Operation.VIEW_PLANS, Subject(loaded.header.object))
        page = plan_page(caller, reader, reader.queries.plan(plan_id), read_asked(request))
        kept = {name: value for name, value in request.query_params.items() if name in ("view", "show", "q", "part")}
        return console_page(
            request,
            caller,
            "plan.html",
            "/plans",
            http_status,
            plan=page,
            TABS=TABS,
            SHOWN=WORDS,
            kept=kept,
            problem=problem,
        )


def plan_page(caller: Caller, reader: Reader, view: PlanView, wanted: Asked) -> PlanPage:
    plan_id, chosen = view.header.plan_id, wanted.chosen
    filter = Filter(wanted.show, wanted.q.strip())
    fitting = meant(view, filter)
    split = parts(view)
    node = None if chosen is None else node_id(chosen.group_key, chosen.step)
    shown = nodes_of(fitting) if filter.says else None
    part = _part(split, wanted, shown)
    now = caller.services.carrier.clock.now()
    needs_history = chosen is not None or wanted.view is Tab.TIMELINE
    history = list(reader.queries.history(plan_id)) if needs_history else []
    page = PlanPage(
        view=view,
        tab=wanted.view,
        states=states_of(view),
        risk=worst(view),
        verbs=plan_verbs(caller, view),
        panel=None if chosen is None else panel(caller, view, chosen, history),
        filter=filter,
        counts=counts(view),
        parts=split,
        part=part,
        now=now,
        total=len(fitting),
    )
    match wanted.view:
        case Tab.GRAPH:
            kept = _kept(wanted, part, split)
            return evolve(page, drawn="" if part is None else graph(view, part, node, shown, kept))
        case Tab.TIMELINE:
            groups = frozenset(part.groups if part is not None else ())
            return evolve(page, drawn=timeline(view, history, groups, now) if part is not None else "")
        case Tab.STEPS:
            lines = tuple(fitting[wanted.first : wanted.first + LINES])
            more = wanted.first + LINES
            return evolve(page, lines=lines, next=more if more < len(fitting) else None)
        case Tab.HISTORY:
            happened, following = _history(reader, plan_id, wanted.first)
            return evolve(page, history=happened, next=following)
    return page


def _kept(wanted: Asked, part: Part | None, split: tuple[Part, ...]) -> dict[str, str]:
    """What the links of the graph keep of the address."""
    kept = {"show": wanted.show.value} if wanted.show else {}
    kept |= {"q": wanted.q} if wanted.q else {}
    return kept | ({"part": str(part.number)} if part is not None and len(split) > 1 else {})


def _part(split: tuple[Part, ...], wanted: Asked, shown: frozenset[str] | None) -> Part | None:
    """The part that is asked for, or else that of the step in the panel, or the first in which there is something that
    fits the filter."""
    if not split:
        return None
    if wanted.part is not None:
        return split[min(wanted.part, len(split) - 1)]
    if wanted.chosen is not None:
        return next((each for each in split if wanted.chosen.group_key in each.groups), split[0])
    if shown is not None:
        names = {tuple(node.split(".")[:2]) for node in shown}
        fitting = (each for each in split if any((key.name, str(key.copy)) in names for key in each.groups))
        return next(fitting, split[0])
    return split[0]


def _history(reader: Reader, plan_id: str, first: int) -> tuple[tuple[HistoryLine, ...], int | None]:
    """Lines from an entry of the journal on, whole entries only, and the entry that comes behind them."""
    lines = list(islice(reader.queries.history(plan_id, first), HISTORY_LINES + 1))
    if len(lines) <= HISTORY_LINES:
        return tuple(lines), None
    last = lines[-1].number
    whole = tuple(line for line in lines if line.number < last)
    # An entry may have more lines than a page: then it is the page.
    return (whole, last) if whole else (tuple(reader.queries.history(plan_id, first, 10_000)), last + 1)
