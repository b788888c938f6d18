"""Who may do what: each role against each operation, objects, queues, scopes and read tokens."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dro_lang.server.rights.permissions import (
    EVERY,
    NONE,
    RULES,
    Kind,
    Names,
    Operation,
    PermissionSet,
    Principal,
    Record,
    Scope,
    Subject,
    lacks,
    may,
)

MATRIX = """
operation           admin designer operator submit orchestrate both nobody
VIEW_SUMMARY        yes   -        yes      yes    yes         yes  -
VIEW_PLANS          yes   -        yes      -      -           -    -
VIEW_TASKS          yes   -        yes      -      -           -    -
VIEW_INTEGRATIONS   yes   -        yes      -      -           -    -
VIEW_PROGRAMS       yes   yes      yes      -      -           -    -
VIEW_AUDIT          yes   -        -        -      -           -    -
COMPLETE            yes   -        yes      -      -           -    -
RETRY               yes   -        yes      -      -           -    -
CLAIM               yes   -        yes      -      -           -    -
ASSIGN              yes   -        yes      -      -           -    -
DISCARD             yes   -        yes      -      -           -    -
FREEZE              yes   -        yes      -      -           -    -
UNFREEZE            yes   -        yes      -      -           -    -
AMEND               yes   -        yes      -      -           -    -
CANCEL              yes   -        yes      -      -           -    -
OVERRIDE            yes   -        -        -      -           -    -
SET_DATA            yes   -        yes      -      yes         yes  -
SWITCH_INTEGRATION  yes   -        yes      -      -           -    -
SUBMIT              -     -        -        -      -           yes  -
DEPLOY              yes   yes      -        -      -           -    -
EMBED               yes   -        yes      -      -           -    -
MANAGE_ACCOUNTS     yes   -        -        -      -           -    -
MANAGE_WEBHOOKS     yes   -        -        -      -           -    -
"""
ROLES = {
    "admin": {PermissionSet.ADMIN},
    "designer": {PermissionSet.DESIGNER},
    "operator": {PermissionSet.OPERATOR},
    "submit": {PermissionSet.SUBMIT},
    "orchestrate": {PermissionSet.ORCHESTRATE},
    "both": {PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE},
    "nobody": set(),
}
HEADER, *LINES = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = [(role, line[0], cell == "yes") for line in LINES for role, cell in zip(HEADER[1:], line[1:], strict=True)]


def person(*sets: PermissionSet, objects: Names = EVERY, queues: Names = EVERY) -> Principal:
    return Principal("ada", Kind.PERSON, frozenset(sets), objects, queues)


@pytest.mark.parametrize(("role", "operation", "allowed"), CELLS)
def test_a_role_may_do_an_operation_or_not(role: str, operation: str, allowed: bool) -> None:
    assert may(person(*ROLES[role]), Operation[operation], Subject("Account", "Calls")) is allowed


def test_the_matrix_has_every_role_and_every_operation() -> None:
    assert {line[0] for line in LINES} == {operation.name for operation in Operation}
    assert set(HEADER[1:]) == set(ROLES)
    assert set(RULES) == set(Operation)


def test_submitting_takes_both_sets_and_the_right_to_the_object() -> None:
    both = person(PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE, objects=Names.of(["Account"]))
    assert may(both, Operation.SUBMIT, Subject("Account"))
    assert lacks(both, Operation.SUBMIT, Subject("Obligation")) == ("the right to the object Obligation",)
    assert lacks(person(PermissionSet.SUBMIT, objects=NONE), Operation.SUBMIT, Subject("Account")) == (
        "the permission set submit-and-orchestrate",
        "the right to the object Account",
    )


def test_a_task_of_a_queue_takes_the_right_to_the_queue_unless_it_is_ones_own() -> None:
    caller = person(PermissionSet.OPERATOR, queues=Names.of(["Calls"]))
    assert may(caller, Operation.COMPLETE, Subject("Account", "Calls"))
    assert lacks(caller, Operation.COMPLETE, Subject("Account", "Legal")) == ("the right to the queue Legal",)
    assert may(caller, Operation.COMPLETE, Subject("Account", "Legal", assignee="ada"))
    assert not may(caller, Operation.COMPLETE, Subject("Account", "Legal", assignee="ben"))


def test_accounts_are_managed_only_by_an_admin_of_everything() -> None:
    assert may(person(PermissionSet.ADMIN), Operation.MANAGE_ACCOUNTS)
    for some in (
        person(PermissionSet.ADMIN, objects=Names.of(["Account"])),
        person(PermissionSet.ADMIN, queues=Names.of(["Calls"])),
    ):
        assert lacks(some, Operation.MANAGE_ACCOUNTS) == ("the right to all objects and queues",)


def test_a_scope_narrows_what_the_sets_allow_and_never_widens_it() -> None:
    reading = evolve(person(*PermissionSet), scopes=frozenset({Scope.READ}))
    assert may(reading, Operation.VIEW_PLANS, Subject("Account"))
    assert lacks(reading, Operation.RETRY, Subject("Account")) == ("the scope act",)
    assert not may(evolve(person(), scopes=frozenset(Scope)), Operation.VIEW_PLANS)


@pytest.mark.parametrize("operation", Operation)
def test_a_read_token_shows_the_summary_of_its_record_and_nothing_else(operation: Operation) -> None:
    page = Principal("ada", Kind.PAGE, frozenset(PermissionSet), EVERY, EVERY, record=Record("Account", "A-1"))
    assert may(page, operation, Subject("Account", record="A-1")) is (operation is Operation.VIEW_SUMMARY)
    for other in (Subject("Account", record="A-2"), Subject("Case", record="A-1"), Subject(), Subject("Account")):
        assert not may(page, operation, other)


principals = st.builds(
    Principal,
    name=st.sampled_from(["ada", "ben"]),
    kind=st.sampled_from([Kind.PERSON, Kind.MACHINE]),
    sets=st.frozensets(st.sampled_from(PermissionSet)),
    objects=st.lists(st.sampled_from(["*", "Account", "Case"]), max_size=2).map(Names.of),
    queues=st.lists(st.sampled_from(["*", "Calls"]), max_size=2).map(Names.of),
    scopes=st.frozensets(st.sampled_from(Scope)),
)
subjects = st.builds(
    Subject,
    object=st.sampled_from([None, "Account", "Case"]),
    queue=st.sampled_from([None, "Calls", "Legal"]),
    assignee=st.sampled_from([None, "ada", "ben"]),
)


@given(principals, st.sampled_from(Operation), subjects)
def test_who_has_less_may_do_no_more(principal: Principal, operation: Operation, subject: Subject) -> None:
    if not may(principal, operation, subject):
        for less in (
            evolve(principal, sets=frozenset(list(principal.sets)[1:])),
            evolve(principal, objects=NONE),
            evolve(principal, queues=NONE),
            evolve(principal, scopes=frozenset(list(principal.scopes)[1:])),
        ):
            assert not may(less, operation, subject)


@given(st.lists(st.sampled_from(["*", "a", "b"])), st.lists(st.sampled_from(["*", "a", "b"])))
def test_names_are_within_others_exactly_if_each_is_among_them(some: list[str], others: list[str]) -> None:
    fewer, more = Names.of(some), Names.of(others)
    assert fewer.within(more) is all(name in more or name not in fewer for name in ("a", "b", "any other"))
    assert Names.of(fewer.texts()) == fewer
