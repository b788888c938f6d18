"""What the forms of a plan's page do: to the plan, or to one of its steps."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.states import InstanceId, PlanState, item_rows
from dro_lang.program.model import AttributeDefinition
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb, StepAction, StepVerb, Target
from dro_lang.runtime.operations.plan_view import PlanView
from dro_lang.runtime.operations.values import Unfit, attributes_of
from dro_lang.server.console.fields import Field, data_of, errors_of, fields_of, texts_of, values_in
from dro_lang.server.console.layout import console_page, done, plan_path, step_path
from dro_lang.server.console.plan.page import PlanId, plan_response
from dro_lang.server.pages.sign_in import HOME, own_path
from dro_lang.server.plans.acting import OPERATIONS, loaded_plan, nothing_there, perform_one, step_subject
from dro_lang.server.rights.permissions import Operation, Subject
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.forms import TheForm
from dro_lang.server.web.problems import Problem

router = APIRouter(include_in_schema=False)

REFUSED = (409, 412, 422)

SAID: Mapping[StepVerb | PlanVerb, str] = {
    StepVerb.RETRY: "retried",
    StepVerb.COMPLETE: "completed",
    StepVerb.DISCARD: "discarded",
    StepVerb.CLAIM: "claimed",
    StepVerb.ASSIGN: "assigned",
    PlanVerb.FREEZE: "frozen",
    PlanVerb.UNFREEZE: "unfrozen",
    PlanVerb.AMEND: "amended",
    PlanVerb.CANCEL: "canceled",
    PlanVerb.SET: "changed",
}

CHANGES = (PlanVerb.AMEND, PlanVerb.CANCEL, PlanVerb.SET)
"""What takes more than a click: data, an item, whether points of no return are overridden."""


def text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def step_in(form: Mapping[str, Any]) -> InstanceId:
    """The step that a form, or an address, names. Raises Problem (422) for none."""
    group, step, copy = form.get("group") or "", form.get("step") or "", form.get("copy") or "0"
    if not group or not step or not (str(copy).isascii() and str(copy).isdigit() and len(str(copy)) < 7):
        raise Problem(422, "S0201", "the form names no step")
    return InstanceId(str(group), str(step), str(form["item"]) if form.get("item") else None, int(copy))


# ---- steps


@router.post("/plans/{plan_id}/steps/{verb}")
def act_on_step(request: Request, caller: TheCaller, plan_id: PlanId, verb: StepVerb, form: TheForm) -> Response:
    """Retry, complete, discard, claim or assign a step."""
    step = step_in(form)
    user = text(form, "user").strip() or None
    if verb is StepVerb.ASSIGN and user is None:
        return plan_response(request, caller, plan_id, 422, "say to whom the task is to be assigned")
    with caller.services.readers.one() as reader:
        try:
            perform_one(caller, reader, StepAction(verb, caller.principal.name, user=user), Target(plan_id, step))
        except Problem as problem:
            if problem.status not in REFUSED:
                raise
            refused = f"{step}: {problem.detail}"
        else:
            return done(_next(form, step_path(plan_id, step)), SAID[verb])
    return plan_response(request, caller, plan_id, 409, refused)


def _next(form: FormData, otherwise: str) -> str:
    path = own_path(text(form, "next"))
    return otherwise if path == HOME else path


@frozen
class CompletePage:
    """A step that is completed with results. `path` is where the form leads then."""

    plan_id: str
    name: str
    record_id: str
    step: InstanceId
    doc: str
    fields: tuple[Field, ...]
    next: str

    @property
    def errors(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.error)


@router.get("/plans/{plan_id}/complete")
def show_complete(request: Request, caller: TheCaller, plan_id: PlanId) -> HTMLResponse:
    """The form with which a step is completed that has results."""
    step = step_in(request.query_params)
    page = _completing(caller, plan_id, step, own_path(request.query_params.get("next", "")), {}, {})
    return console_page(request, caller, "complete.html", "/plans", complete=page)


@router.post("/plans/{plan_id}/complete")
def complete(request: Request, caller: TheCaller, plan_id: PlanId, form: TheForm) -> Response:
    step, given = step_in(form), values_in(form)
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        caller.require(Operation.COMPLETE, step_subject(loaded, step), f"{plan_id}/{step}")
        blueprint = reader.queries.kernel(loaded.header).blueprint
        gives = _gives(blueprint, loaded.state, step)
        data = data_of(given, gives, blueprint.zone)
        errors = errors_of(data, gives, blueprint.program)
        refused: str | None = None
        if not errors:
            action = StepAction(StepVerb.COMPLETE, caller.principal.name, data)
            try:
                perform_one(caller, reader, action, Target(plan_id, step))
            except Problem as problem:
                if problem.status not in REFUSED:
                    raise
                refused = problem.detail
            else:
                return done(_next(form, step_path(plan_id, step)), "completed")
    page = _completing(caller, plan_id, step, text(form, "next"), given, errors)
    return console_page(
        request, caller, "complete.html", "/plans", 409 if refused else 422, complete=page, problem=refused
    )


def _gives(blueprint: Blueprint, state: PlanState, step: InstanceId) -> tuple[AttributeDefinition, ...]:
    group = state.group(step.group_key)
    if group is None:
        raise nothing_there(f"step {step}")
    return blueprint.gives(blueprint.step(group.group, step.step))


def _completing(
    caller: Caller, plan_id: str, step: InstanceId, next: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> CompletePage:
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        caller.require(Operation.COMPLETE, step_subject(loaded, step), f"{plan_id}/{step}")
        blueprint = reader.queries.kernel(loaded.header).blueprint
        group = loaded.state.group(step.group_key)
        assert group is not None  # or the plan would not have the step
        return CompletePage(
            plan_id,
            loaded.header.name,
            loaded.header.record_id,
            step,
            blueprint.step(group.group, step.step).doc,
            fields_of(_gives(blueprint, loaded.state, step), blueprint.program, blueprint.zone, given, errors),
            own_path(next),
        )


# ---- plans


@router.post("/plans/{plan_id}/{verb}")
def act_on_plan(request: Request, caller: TheCaller, plan_id: PlanId, verb: PlanVerb, form: TheForm) -> Response:
    """Freeze or unfreeze a plan; amend or cancel it, or change the data of its record."""
    if verb in CHANGES:
        return _change(request, caller, plan_id, verb, form)
    with caller.services.readers.one() as reader:
        try:
            perform_one(caller, reader, PlanAction(verb, caller.principal.name), Target(plan_id))
        except Problem as problem:
            if problem.status not in REFUSED:
                raise
            refused = problem.detail
        else:
            return done(_next(form, plan_path(plan_id)), SAID[verb])
    return plan_response(request, caller, plan_id, 409, refused)


@frozen
class ChangePage:
    """An amendment, a cancellation, or other data: of the whole, or of one item."""

    verb: PlanVerb
    plan_id: str
    name: str
    item: str | None
    items: tuple[str, ...]
    fields: tuple[Field, ...]
    may_override: bool
    denied_by: tuple[InstanceId, ...]

    @property
    def errors(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.error)


@router.get("/plans/{plan_id}/change/{verb}")
def show_change(request: Request, caller: TheCaller, plan_id: PlanId, verb: PlanVerb) -> HTMLResponse:
    """The form with which a plan is changed."""
    if verb not in CHANGES:
        raise nothing_there(f"form to {verb} a plan")
    page = _changing(caller, plan_id, verb, request.query_params.get("item") or None, None, {})
    return console_page(request, caller, "change.html", "/plans", change=page)


def _change(request: Request, caller: Caller, plan_id: str, verb: PlanVerb, form: FormData) -> Response:
    item, given = text(form, "item") or None, values_in(form)
    errors: dict[str, str] = {}
    refused: str | None = None
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        caller.require(OPERATIONS[verb], Subject(loaded.header.object), plan_id)
        view = reader.queries.plan(plan_id)
        blueprint = view.kernel.blueprint
        definitions = _attributes(blueprint, item)
        before = texts_of(_row(view, item), definitions, blueprint.program, view.zone)
        changed = {name: value for name, value in given.items() if value.strip() != before.get(name, "")}
        data = data_of(changed, definitions, view.zone)
        told = [each for each in definitions if each.name in data]
        errors = errors_of(data, told, blueprint.program)
        if verb is PlanVerb.SET and not data:
            refused = "nothing is different from before"
        if not errors and refused is None:
            override = text(form, "override") == "true"
            action = PlanAction(verb, caller.principal.name, item, data, override)
            try:
                perform_one(caller, reader, action, Target(plan_id))
            except Problem as problem:
                if problem.status not in REFUSED:
                    raise
                refused = problem.detail
            else:
                return RedirectResponse(f"{plan_path(plan_id)}?said={SAID[verb]}", 303)
    page = _changing(caller, plan_id, verb, item, given, errors)
    status = 409 if refused else 422
    return console_page(request, caller, "change.html", "/plans", status, change=page, problem=refused)


def _changing(
    caller: Caller,
    plan_id: str,
    verb: PlanVerb,
    item: str | None,
    given: Mapping[str, str] | None,
    errors: Mapping[str, str],
) -> ChangePage:
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        subject = Subject(loaded.header.object)
        caller.require(OPERATIONS[verb], subject, plan_id)
        view = reader.queries.plan(plan_id)
        blueprint = view.kernel.blueprint
        definitions = _attributes(blueprint, item)
        there = given or texts_of(_row(view, item), definitions, blueprint.program, view.zone)
        denying = tuple(step for step in view.points_of_no_return if verb is not PlanVerb.SET)
        return ChangePage(
            verb,
            plan_id,
            view.header.name,
            item,
            tuple(item_rows(view.state.row, blueprint.item_node)),
            fields_of(definitions, blueprint.program, view.zone, there, errors),
            verb is not PlanVerb.SET and caller.may(Operation.OVERRIDE, subject),
            denying,
        )


def _attributes(blueprint: Blueprint, item: str | None) -> list[AttributeDefinition]:
    """Those that may be changed: not the id, and of a record not its items, which are changed one by one."""
    try:
        found = attributes_of(blueprint, item is not None)
    except Unfit as unfit:
        raise Problem(422, "S0201", str(unfit)) from None
    return [each for each in found if each.name not in ("id", blueprint.item_node)]


def _row(view: PlanView, item: str | None) -> Mapping[str, Any]:
    if item is None:
        return view.state.row
    rows = item_rows(view.state.row, view.kernel.blueprint.item_node)
    if item not in rows:
        raise nothing_there(f"item `{item}` in plan `{view.header.plan_id}`")
    return rows[item]
