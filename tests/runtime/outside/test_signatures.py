"""A callable is held to its action's signature when it is bound, by names and annotations."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypedDict

import pytest

from dro_lang.actions import Call, action
from dro_lang.program.values import Duration
from dro_lang.runtime.outside.actions.signature import call_parameter, mismatches
from tests.runtime.outside.plans import program

PLAN = program(
    """
action Everything {
  takes { id : Id, text : Text, flag : Boolean, number : Integer, exact : Decimal, sum : Money in EUR, day : Date,
          moment : DateTime, length : Duration, level : Level, maybe : Text optional }
  gives { reference : Text, day : Date }
}
action Simple { takes { account : Id } }
""",
    "step work: auto Simple { with { account: id } }",
)


class Result(TypedDict):
    reference: str
    day: date


def fitting(
    id: str,
    text: str,
    flag: bool,
    number: int,
    exact: Decimal,
    sum: Decimal,
    day: date,
    moment: datetime,
    length: Duration,
    level: Literal["Low", "VeryHigh"],
    maybe: str | None,
    call: Call,
) -> Result:
    return {"reference": "", "day": day}  # fmt: skip


async def bare(id, text, flag, number, exact, sum, day, moment, length, level, maybe):  # type: ignore[no-untyped-def]
    return {}


def any_of_them(*, call: Call, **arguments: Any) -> Mapping[str, object]:
    return {}


class Callable_:
    def __call__(self, **arguments: object) -> object:
        return {}


@pytest.mark.parametrize("function", [fitting, bare, any_of_them, Callable_(), lambda **arguments: None])
def test_what_fits(function: Callable[..., Any]) -> None:
    assert mismatches(function, PLAN.actions["Everything"], PLAN) == ()


def test_the_call_is_given_where_it_is_asked_for() -> None:
    assert call_parameter(fitting) == "call"
    assert call_parameter(bare) is None


def other_name(acount: str) -> None: ...
def none_at_all() -> None: ...
def one_too_many(account: str, other: int) -> None: ...
def with_default(account: str, other: int = 1) -> None: ...
def by_position(account: str, /) -> None: ...
def number(account: int) -> None: ...
def unknown_type(account: "Nowhere") -> None: ...  # type: ignore[name-defined] # noqa: F821
def gives_text(account: str) -> str: ...  # type: ignore[empty-body]
def gives_more(account: str) -> Result: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (
            other_name,
            [
                "its parameter `acount` is no argument of the action",
                "it has no parameter for the argument `account`",
            ],
        ),
        (none_at_all, ["it has no parameter for the argument `account`"]),
        (one_too_many, ["its parameter `other` is no argument of the action"]),
        (with_default, []),
        (by_position, ["its parameter `account` cannot be given by name"]),
        (number, ["`account` is Id, given as `str`, and its parameter is annotated `int`"]),
        (unknown_type, ["its parameters and annotations cannot be read"]),
        (gives_text, ["it gives `str`, and is to give a mapping of results"]),
        (
            gives_more,
            [
                "its result has `day`, which the action does not give",
                "its result has `reference`, which the action does not give",
            ],
        ),
    ],
)  # fmt: skip
def test_what_does_not(function: Callable[..., Any], told: list[str]) -> None:
    assert list(mismatches(function, PLAN.actions["Simple"], PLAN)) == told


@pytest.mark.parametrize(
    ("name", "annotation"),
    [
        ("flag", int),
        ("number", bool),
        ("number", float),
        ("exact", float),
        ("sum", int),
        ("day", datetime),
        ("moment", date),
        ("length", int),
        ("level", Literal["Low"]),
        ("maybe", str),
    ],
)
def test_types_are_not_mixed_up(name: str, annotation: Any) -> None:
    def changed(**arguments: Any) -> None: ...

    def function(id, text, flag, number, exact, sum, day, moment, length, level, maybe): ...  # type: ignore[no-untyped-def]

    function.__annotations__[name] = annotation
    [told] = mismatches(function, PLAN.actions["Everything"], PLAN)
    assert told.startswith(f"`{name}` is ")


def test_a_timeout_is_above_zero() -> None:
    with pytest.raises(ValueError, match="above zero"):
        action("Simple", timeout=0)
