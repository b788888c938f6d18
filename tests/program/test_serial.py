"""A program as JSON: both ways, and its hash."""

import json
from datetime import UTC, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from attrs import evolve, fields, has
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.program import expressions
from dro_lang.program.expressions import Attribute, Constant
from dro_lang.program.model import (
    AttributeDefinition,
    Context,
    Group,
    GroupCall,
    Plan,
    Policy,
    Program,
    Scenario,
    Step,
    StepKind,
)
from dro_lang.program.serial import ProgramFormatError, content_hash, from_json, to_json
from dro_lang.program.tests import Ends, Property
from dro_lang.program.tests import Test as PlanTest
from dro_lang.program.types import BOOLEAN, DATE, DATETIME, DECIMAL, ID, INTEGER, DurationType, MoneyType
from dro_lang.program.values import Duration

NAMES = st.sampled_from(["a", "b_2", "is", "Überweisung", 'say "x"\n'])
DURATIONS = st.builds(Duration, *(st.integers(-5, 10**6),) * 3)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "IdType": NAMES,
    "BooleanType": st.booleans(),
    "IntegerType": st.integers(-(2**63), 2**63 - 1),
    "DecimalType": DECIMALS,
    "MoneyType": DECIMALS,
    "DateType": st.dates(),
    "DateTimeType": MOMENTS,
    "DurationType": DURATIONS,
}
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: NAMES,
    int: st.integers(0, 99),
    bool: st.booleans(),
    time: st.times(),
    NoneType: st.none(),
    Duration: DURATIONS,
}


LEAVES = (Constant, Attribute, expressions.ItemAttribute, expressions.Result, expressions.Today)


def anything(draw: st.DrawFn, annotation: Any, depth: int) -> Any:
    """A value of an annotation of the program's classes; expressions nest to a depth."""
    if isinstance(annotation, str):
        annotation = eval(annotation, vars(expressions))
    if annotation in PLAIN:
        return draw(PLAIN[annotation])
    if annotation is Constant:
        of: Any = draw(
            st.sampled_from([ID, INTEGER, DECIMAL, DATE, DATETIME, BOOLEAN, MoneyType("EUR"), DurationType()])
        )
        return Constant(draw(st.none() | VALUES[of.__class__.__name__]), of)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return draw(st.sampled_from(annotation))
    if has(annotation):
        wanted = [field for field in fields(annotation) if field.init]
        return annotation(**{field.name: anything(draw, field.type, depth - 1) for field in wanted})
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return tuple(anything(draw, arguments[0], depth) for _ in range(draw(st.integers(0, 2))))
    assert get_origin(annotation) in (Union, UnionType), annotation
    nested = Constant in arguments and len(arguments) > 2
    chosen = [each for each in arguments if each in LEAVES] if nested and depth <= 0 else arguments
    return anything(draw, draw(st.sampled_from(chosen)), depth)


KINDS = [field for field in fields(Program) if get_origin(field.type) is dict]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A program with declarations of one kind."""
    kind = draw(st.sampled_from(KINDS))
    declaration = get_args(kind.type)[1]
    declared = {draw(NAMES): anything(draw, declaration, 5) for _ in range(draw(st.integers(1, 2)))}
    return Program("a.b", **{kind.name: declared})  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(programs())
def test_a_program_survives_json(program: Program) -> None:
    document = json.loads(json.dumps(to_json(program)))
    again = from_json(document)
    assert again == program
    assert to_json(again) == document
    assert document["hash"] == content_hash(program)


PLAN = Plan("P", "C", "Generic", "M", Policy.EXACTLY_ONE, (Scenario("s", runs=(GroupCall("G"),)),))
PROGRAM = Program(
    "billing",
    contexts={"C": Context("C", (AttributeDefinition("id", ID), AttributeDefinition("balance", MoneyType("EUR"))))},
    groups={"G": Group("G", "C", steps=(Step("wait", StepKind.MILESTONE),))},
    plans={"P": PLAN},
)


def test_the_document_says_what_it_is_and_leaves_defaults_out() -> None:
    assert to_json(PROGRAM) == {
        "format": "drolang program",
        "format_version": 1,
        "hash": content_hash(PROGRAM),
        "program": {
            "module": "billing",
            "contexts": {
                "C": {
                    "name": "C",
                    "attributes": [
                        {"name": "id", "type": {"is": "Id"}},
                        {"name": "balance", "type": {"is": "Money", "currency": "EUR"}},
                    ],
                }
            },
            "groups": {"G": {"name": "G", "context": "C", "steps": [{"name": "wait", "kind": "milestone"}]}},
            "plans": {
                "P": {
                    "name": "P",
                    "context": "C",
                    "usage": "Generic",
                    "mapping": "M",
                    "policy": "exactly one",
                    "scenarios": [{"name": "s", "runs": [{"group": "G"}]}],
                }
            },
        },
    }


def test_tests_change_neither_the_document_nor_the_hash() -> None:
    tested = evolve(PROGRAM, tests=(PlanTest("t", "P", ()),), properties=(Property("p", "P", None, (Ends(line=3),)),))
    assert to_json(tested) == to_json(PROGRAM)
    assert content_hash(tested) == content_hash(PROGRAM)


def test_the_hash_does_not_depend_on_the_order_of_declarations() -> None:
    one = evolve(PROGRAM, plans={"P": PLAN, "Q": evolve(PLAN, name="Q")})
    other = evolve(PROGRAM, plans={"Q": evolve(PLAN, name="Q"), "P": PLAN})
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(
    "plan", [evolve(PLAN, version=2), evolve(PLAN, timezone="Europe/Berlin"), evolve(PLAN, scenarios=())]
)
def test_the_hash_changes_with_what_runs(plan: Plan) -> None:
    assert content_hash(evolve(PROGRAM, plans={"P": plan})) != content_hash(PROGRAM)


def test_equal_amounts_have_one_text() -> None:
    def bounded(low: Decimal) -> Program:
        attribute = AttributeDefinition("x", DECIMAL, low=Constant(low, DECIMAL))
        return evolve(PROGRAM, contexts={"C": Context("C", (attribute,))})

    texts = ["1.50", "1.5", "1.500000"]
    assert len({content_hash(bounded(Decimal(text))) for text in texts}) == 1
    assert content_hash(bounded(Decimal("0"))) == content_hash(bounded(Decimal("-0.0")))
    assert content_hash(bounded(Decimal("1E+2"))) == content_hash(bounded(Decimal("100")))


def broken(**changes: Any) -> dict[str, Any]:
    return {**to_json(PROGRAM), **changes}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "this is no program"),
        (broken(format_version=2), "in version 2 of the format, not 1"),
        (broken(hash="0" * 64), "does not have the content"),
        (broken(program={"module": "a"}), "does not have the content"),
        (broken(program={"module": "a", "colours": {}}), "cannot be read"),
        (broken(program=None), "cannot be read"),
        (broken(program={"module": "a", "plans": {"P": {"name": 1}}}), "cannot be read"),
    ],
)
def test_what_is_no_program_is_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ProgramFormatError, match=message):
        from_json(document)


def test_an_unknown_tag_is_refused() -> None:
    document = to_json(PROGRAM)
    document["program"]["contexts"]["C"]["attributes"][0]["type"] = {"is": "Colour"}
    with pytest.raises(ProgramFormatError, match='"Colour" cannot stand here'):
        from_json(document)
