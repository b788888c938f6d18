"""Users: who may sign in, and with which rights; inviting them, changing their rights, taking the account away."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from attrs import frozen
from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from dro_lang.server.console.layout import console_page, done
from dro_lang.server.plans.acting import nothing_there
from dro_lang.server.rights.accounts import User
from dro_lang.server.rights.permissions import Names, Operation, PermissionSet
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.forms import TheForm
from dro_lang.server.web.problems import Problem
from dro_lang.server.web.users import Invitation, add_user, change_user, invite

router = APIRouter(include_in_schema=False)

WORDS: Mapping[PermissionSet, str] = {
    PermissionSet.ADMIN: "sees and does everything, except submitting records",
    PermissionSet.DESIGNER: "sees and deploys programs",
    PermissionSet.OPERATOR: "sees plans, and acts on plans and steps",
    PermissionSet.SUBMIT: "may submit, together with the next one",
    PermissionSet.ORCHESTRATE: "may have records orchestrated, and change their data",
}


@frozen
class Filled:
    """A form for the rights of a user, as it is to be shown."""

    name: str = ""
    sets: frozenset[str] = frozenset()
    objects: str = ""
    queues: str = ""

    @classmethod
    def of(cls, user: User) -> "Filled":
        return cls(user.name, frozenset(user.sets), "\n".join(user.objects.texts()), "\n".join(user.queues.texts()))

    @classmethod
    def from_form(cls, form: FormData) -> "Filled":
        sets = frozenset(str(each) for each in form.getlist("sets")) & frozenset(PermissionSet)
        return cls(_text(form, "name"), sets, _text(form, "objects"), _text(form, "queues"))

    @property
    def permission_sets(self) -> list[PermissionSet]:
        return [each for each in PermissionSet if each in self.sets]


def _text(form: FormData, field: str) -> str:
    return str(form.get(field, "")).strip()


def names_in(text: str) -> Names:
    """Names of objects or of queues, a line each."""
    return Names.of(filter(None, map(str.strip, text.splitlines())))


@router.get("/users")
def show_users(request: Request, caller: TheCaller) -> HTMLResponse:
    return _list(request, caller)


def _list(
    request: Request,
    caller: Caller,
    http_status: int = 200,
    problem: str | None = None,
    filled: Filled = Filled(),
    invitation: tuple[str, Invitation] | None = None,
) -> HTMLResponse:
    caller.require(Operation.MANAGE_ACCOUNTS)
    users: Iterable[User] = caller.services.accounts.users()
    return console_page(
        request,
        caller,
        "users.html",
        "/users",
        http_status,
        users=users,
        words=WORDS,
        filled=filled,
        invitation=invitation,
        problem=problem,
    )


@router.post("/users")
def do_add(request: Request, caller: TheCaller, form: TheForm) -> Response:
    filled = Filled.from_form(form)
    try:
        add_user(caller, filled.name, filled.permission_sets, names_in(filled.objects), names_in(filled.queues))
    except Problem as problem:
        if problem.status != 409:
            raise
        return _list(request, caller, 409, problem.detail, filled)
    return done("/users", "added")


@router.get("/users/change")
def show_change(request: Request, caller: TheCaller, name: Annotated[str, Query(max_length=200)]) -> HTMLResponse:
    caller.require(Operation.MANAGE_ACCOUNTS)
    user = caller.services.accounts.user(name)
    if user is None:
        raise nothing_there(f"user `{name}`")
    return _change(request, caller, Filled.of(user))


def _change(
    request: Request, caller: Caller, filled: Filled, http_status: int = 200, problem: str | None = None
) -> HTMLResponse:
    return console_page(
        request, caller, "user.html", "/users", http_status, filled=filled, words=WORDS, problem=problem
    )


@router.post("/users/change")
def do_change(request: Request, caller: TheCaller, form: TheForm) -> Response:
    filled = Filled.from_form(form)
    try:
        objects, queues = names_in(filled.objects), names_in(filled.queues)
        change_user(caller, filled.name, filled.permission_sets, objects, queues)
    except Problem as problem:
        if problem.status != 409:
            raise
        return _change(request, caller, filled, 409, problem.detail)
    return done("/users", "rights")


@router.post("/users/{to}")
def do_switch(
    request: Request, caller: TheCaller, to: Literal["disabled", "enabled", "invited"], form: TheForm
) -> Response:
    """Take an account away or give it back; or show a new link. That is shown once, and stands in no address."""
    name = _text(form, "name")
    try:
        if to == "invited":
            return _list(request, caller, invitation=(name, invite(caller, name)))
        change_user(caller, name, disabled=to == "disabled")
    except Problem as problem:
        if problem.status != 409:
            raise
        return _list(request, caller, 409, problem.detail)
    return done("/users", to)
