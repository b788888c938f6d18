"""Every state of a plan and of a step, and every kind of step, can be seen on every page on which it may stand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from fastapi.testclient import TestClient
from starlette.requests import Request

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.requests import Receipt, Submit
from dro_lang.runtime.operations.actions import StepVerb
from dro_lang.runtime.operations.plan_view import PlanView
from dro_lang.server.console.layout import console_page
from dro_lang.server.console.looks import JEOPARDIES, KINDS, PLANS, STEPS, style_sheet
from dro_lang.server.console.plan.model import TABS, Tab
from dro_lang.server.console.plan.page import Asked, plan_page
from dro_lang.server.console.plan.panel import Panel
from dro_lang.server.console.plan.steps import WORDS
from dro_lang.server.rights.audit import Actor
from dro_lang.server.rights.permissions import EVERY, Kind, PermissionSet, Principal
from dro_lang.server.web.caller import Caller
from tests.server.console.test_pages import text_of
from tests.server.world import BEGIN, World, world

EVERY_KIND = Path(__file__).parent / "every.dro"

ITEMS = ({"id": "P-1", "name": "A part"}, {"id": "P-2", "name": "Another"})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("store"), path=EVERY_KIND, plan="Everything") as found, TestClient(found.app):
        yield found


@pytest.fixture(scope="module")
def plan_id(server: World) -> str:
    day = server.clock.now().date()
    row = {"id": "O-1", "name": "An order", "start_date": day, "paid": False, "parts": ITEMS}
    receipt = server.ask(Submit(server.program_hash, "Everything", row, by="test"))
    assert isinstance(receipt, Receipt)
    assert receipt.plan_id is not None
    return receipt.plan_id


@pytest.fixture(scope="module")
def caller(server: World) -> Caller:
    principal = Principal("ada", Kind.PERSON, frozenset(PermissionSet), EVERY, EVERY)
    return Caller(principal, Actor("ada", Kind.PERSON, "test"), server.services, BEGIN)


def request_for(path: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []})


def in_state(view: PlanView, step: StepStatus, plan: PlanStatus, risk: Jeopardy | None = None) -> PlanView:
    """A plan all of whose steps are in one state."""
    now = view.state.moment
    steps = tuple(
        evolve(
            each,
            status=step,
            since=now,
            jeopardy=risk,
            due_at=now,
            scheduled_for=now,
            retry_at=now,
            ready_at=now,
            started_at=now,
            error="CODE",
            attempt=2,
            assignee="ada",
        )
        for each in view.state.steps
    )
    return evolve(view, state=evolve(view.state, steps=steps, status=plan), row=evolve(view.row, status=plan))


def page_of(server: World, caller: Caller, view: PlanView, asked: Asked) -> tuple[str, object]:
    with server.services.readers.one() as reader:
        page = plan_page(caller, reader, view, asked)
        path = f"/plans/{view.header.plan_id}"
        answer = console_page(
            request_for(path), caller, "plan.html", "/plans", plan=page, TABS=TABS, SHOWN=WORDS, kept={}
        )
    return bytes(answer.body).decode(), page.panel


def view_of(server: World, plan_id: str) -> PlanView:
    with server.services.readers.one() as reader:
        return reader.queries.plan(plan_id)


@pytest.mark.parametrize("state", StepStatus)
def test_every_state_of_a_step_is_told_by_its_word_and_its_mark(
    server: World, caller: Caller, plan_id: str, state: StepStatus
) -> None:
    view = in_state(view_of(server, plan_id), state, PlanStatus.IN_PROGRESS)
    mark = STEPS[state]
    for tab in (Tab.GRAPH, Tab.STEPS):
        page, _ = page_of(server, caller, view, Asked(view=tab))
        assert mark.word in text_of(page), tab
        assert mark.glyph in page, tab
        assert f"{state}" in page, tab


@pytest.mark.parametrize("state", PlanStatus)
def test_every_state_of_a_plan_is_told(server: World, caller: Caller, plan_id: str, state: PlanStatus) -> None:
    view = in_state(view_of(server, plan_id), StepStatus.COMPLETED, state)
    page, _ = page_of(server, caller, view, Asked())
    assert f"An order {PLANS[state].word}" in text_of(page)
    assert PLANS[state].glyph in page


@pytest.mark.parametrize("risk", Jeopardy)
def test_every_risk_is_told(server: World, caller: Caller, plan_id: str, risk: Jeopardy) -> None:
    view = in_state(view_of(server, plan_id), StepStatus.IN_PROGRESS, PlanStatus.IN_PROGRESS, risk)
    page, _ = page_of(server, caller, view, Asked(group="Work", step="ask"))
    assert JEOPARDIES[risk].word in text_of(page)


@pytest.mark.parametrize("kind", StepKind)
def test_every_kind_of_step_has_its_panel(server: World, caller: Caller, plan_id: str, kind: StepKind) -> None:
    view = view_of(server, plan_id)
    step = next(each for each in view.steps if each.view.kind is kind)
    id = step.view.id
    page, panel = page_of(server, caller, view, Asked(group=id.group, step=id.step, item=id.item))
    assert isinstance(panel, Panel)
    assert KINDS[kind].word in text_of(page)
    assert KINDS[kind].glyph in page


def test_every_kind_and_state_has_a_colour() -> None:
    sheet = style_sheet()
    for name in (*STEPS, *PLANS):
        assert f".state-{name} " in sheet
    assert all(f".kind-{kind} " in sheet for kind in KINDS)
    assert all(f".risk-{risk} " in sheet for risk in JEOPARDIES)


@pytest.mark.parametrize("plan", PlanStatus)
@pytest.mark.parametrize("state", StepStatus)
def test_what_is_offered_is_what_the_kernel_would_do(
    server: World, caller: Caller, plan_id: str, state: StepStatus, plan: PlanStatus
) -> None:
    """Of a task: an operation is offered where it is not refused for the state of the step or of the plan."""
    view = in_state(view_of(server, plan_id), state, plan)
    _, panel = page_of(server, caller, view, Asked(group="Work", step="ask"))
    assert isinstance(panel, Panel)
    runs = plan is PlanStatus.IN_PROGRESS
    failed = state in (StepStatus.FAILED, StepStatus.FATALLY_FAILED)
    works = state is StepStatus.IN_PROGRESS
    assert (StepVerb.RETRY in panel.verbs) == (runs and failed)
    completes = runs and (failed or works or state is StepStatus.READY)
    assert (StepVerb.COMPLETE in panel.verbs) == (completes or (plan is PlanStatus.FREEZING and works))
    assert (StepVerb.ASSIGN in panel.verbs) == (runs and state is StepStatus.READY)
    waits = state in (StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.READY, StepStatus.ON_HOLD)
    assert (StepVerb.DISCARD in panel.verbs) == (waits and plan is not PlanStatus.COMPLETED)


def test_moments_are_those_of_the_zone_of_the_plan(server: World, caller: Caller, plan_id: str) -> None:
    view = view_of(server, plan_id)
    page, _ = page_of(server, caller, view, Asked(view=Tab.HISTORY))
    assert f"{in_zone(view.header.submitted_at, view.zone):%H:%M}" in page
