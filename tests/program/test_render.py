"""Typed expressions as text: what is rendered reads back as the same expression, with no parenthesis to spare."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings

from dro_lang.program import expressions as e
from dro_lang.program.expressions import ArithmeticOperator as Op
from dro_lang.program.expressions import ComparisonOperator as Cmp
from dro_lang.program.expressions import Function, ListFunction
from dro_lang.program.render import render, render_value
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    ID,
    INTEGER,
    TEXT,
    DurationType,
    DurationUnit,
    ListType,
)
from dro_lang.program.values import Duration
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse
from tests.conditions.strategies import BUSINESS, DAYS, ELAPSED, EUR, RISK, conditions, expressions

A, B, C = (e.Attribute(name, BOOLEAN) for name in "abc")
X, Y, Z = (e.Attribute(name, INTEGER) for name in "xyz")


def number(value):
    return e.Constant(value, INTEGER)


def compared(left, operator, right):
    return e.Comparison(Cmp(operator), left, right)


def calculated(left, operator, right):
    return e.Arithmetic(Op(operator), left, right, INTEGER)


PROMISED = e.Attribute("promised_on", DATE)
RISKS = e.InSet(e.Attribute("risk", RISK), (e.Constant("Low", RISK), e.Constant("Medium", RISK)))
READY = e.ItemAttribute("ready", BOOLEAN)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (e.Known(PROMISED), "promised_on is known"),
        (e.Not(e.Known(PROMISED)), "promised_on is unknown"),
        (RISKS, "risk in { Low, Medium }"),
        (e.Not(RISKS), "risk not in { Low, Medium }"),
        (e.InRange(X, number(-5), number(59)), "x in -5..59"),
        (e.Not(e.InRange(X, number(30), None)), "x not in 30.."),
        (e.InRange(X, None, number(59)), "x in ..59"),
        (e.Not(A), "not a"),
        (e.Not(compared(X, "<", Y)), "not x < y"),
        (e.Not(e.Not(A)), "not not a"),
        (e.And((e.Not(A), B)), "not a and b"),
        (e.Or((e.Not(A), B)), "not a or b"),
        (e.Not(e.And((A, B))), "not (a and b)"),
        (e.Or((e.And((A, B)), C)), "(a and b) or c"),
        (e.And((e.And((A, B)), C)), "(a and b) and c"),
        (compared(compared(X, "<", Y), "=", A), "(x < y) = a"),
        (e.Known(calculated(X, "/", Y)), "x / y is known"),
        (calculated(calculated(X, "-", Y), "-", Z), "x - y - z"),
        (calculated(X, "-", calculated(Y, "-", Z)), "x - (y - z)"),
        (calculated(calculated(X, "+", Y), "*", Z), "(x + y) * z"),
        (calculated(X, "+", calculated(Y, "*", Z)), "x + y * z"),
        (calculated(X, "/", calculated(Y, "*", Z)), "x / (y * z)"),
        (calculated(X, "-", number(-5)), "x - -5"),
        (e.Negate(calculated(X, "+", Y), INTEGER), "-(x + y)"),
        (calculated(e.Negate(X, INTEGER), "*", Y), "-x * y"),
        (e.Call(Function.DEFAULT, (e.Attribute("email", TEXT), e.Constant("", TEXT)), TEXT), 'default(email, "")'),
        (e.Aggregate(ListFunction.COUNT, "sites", None, READY, INTEGER), "count(sites where item.ready)"),
        (e.Aggregate(ListFunction.SUM, "sites", "cost", e.Or((A, B)), EUR), "sum(sites.cost where a or b)"),
        (e.Aggregate(ListFunction.ANY, "sites", None, None, BOOLEAN), "any(sites)"),
        (e.Result(None, "visit", "note", TEXT), "visit.note"),
        (e.Result("Remind", "visit", "note", TEXT), "Remind.visit.note"),
        (compared(e.Today(), "<", e.Parameter("limit", DATE)), "today < limit"),
        (compared(e.Now(), "<", e.Constant(datetime(2026, 1, 1, tzinfo=UTC), DATETIME)), "now < 2026-01-01T00:00Z"),
        (calculated(e.Today(), "-", e.Constant(Duration(days=1, seconds=60), ELAPSED)), "today - (1 day + 1 minute)"),
    ],
)  # fmt: skip
def test_expressions(expression, text):
    assert render(expression) == text


@pytest.mark.parametrize(
    ("value", "type", "text"),
    [
        (None, TEXT, "unknown"),
        (None, EUR, "unknown"),
        ("Low", RISK, "Low"),
        ("Low", ID, '"Low"'),
        ('say "a\\b"\n\t\r\u00a0😀', TEXT, '"say \\"a\\\\b\\"\\n\\t\\u{D}\\u{A0}😀"'),
        (True, BOOLEAN, "true"),
        (False, BOOLEAN, "false"),
        (-(2**63), INTEGER, "-9223372036854775808"),
        (Decimal("1000.50"), DECIMAL, "1000.5"),
        (Decimal("1E+3"), DECIMAL, "1000"),
        (Decimal("0.000001"), DECIMAL, "0.000001"),
        (Decimal("250"), EUR, "250 EUR"),
        (0, EUR, "0 EUR"),
        (date(2026, 12, 31), DATE, "2026-12-31"),
        (date(12, 1, 1), DATE, "0012-01-01"),
        (datetime.fromisoformat("2026-12-31T09:00:30+01:00"), DATETIME, "2026-12-31T09:00:30+01:00"),
        (datetime.fromisoformat("2026-12-31T09:00+00:00"), DATETIME, "2026-12-31T09:00Z"),
        (datetime(1890, 1, 1, 0, 53, 28, tzinfo=timezone(timedelta(seconds=3208))), DATETIME, "1890-01-01T00:00Z"),
        (Duration(days=1), DAYS, "1 day"),
        (Duration(days=14), DAYS, "14 days"),
        (Duration(seconds=7200), ELAPSED, "2 hours"),
        (Duration(seconds=5400), ELAPSED, "90 minutes"),
        (Duration(seconds=-61), ELAPSED, "-61 seconds"),
        (Duration(business_days=2), BUSINESS, "2 business days"),
        (Duration(), ELAPSED, "0 seconds"),
        (Duration(), DAYS, "0 days"),
        (Duration(), BUSINESS, "0 business days"),
        (Duration(), DurationType(DurationUnit.ANY), "0 seconds"),
        ((), ListType("Line"), "0 elements"),
        (({},), ListType("Line"), "1 element"),
    ],
)
def test_values(value, type, text):
    assert render_value(value, type) == text


FILE = "language 1.0\ngroup G for C {{\n  step s: milestone {{\n    only if {}\n  }}\n}}\n"


def read(text) -> ast.Expression:
    result = parse(Source("g.dro", FILE.format(text)))
    assert not result.diagnostics, (text, result.diagnostics)
    clause = result.tree.declarations[0].steps[0].clauses[0]
    return clause.condition


@settings(max_examples=300, deadline=None)
@given(conditions())
def test_what_is_rendered_reads_back_as_the_same_condition(condition):
    assert shape_of_text(read(render(condition))) == shape(condition)


@pytest.mark.parametrize("type", [INTEGER, DECIMAL, EUR, DATE, DATETIME, TEXT, DAYS], ids=str)
def test_what_is_rendered_reads_back_as_the_same_expression(type):
    @settings(max_examples=60, deadline=None)
    @given(expressions(type, 3))
    def check(expression):
        assert shape_of_text(read(render(expression))) == shape(expression)

    check()


@settings(max_examples=150, deadline=None)
@given(conditions(2))
def test_no_parenthesis_is_to_spare(condition):
    """Without any one pair of them the text means something else, or nothing."""
    text = render(condition)
    for start, end in pairs(text):
        spare = f"{text[:start]} {text[start + 1 : end]} {text[end + 1 :]}"
        result = parse(Source("g.dro", FILE.format(spare)))
        if not result.diagnostics:
            assert shape_of_text(result.tree.declarations[0].steps[0].clauses[0].condition) != shape(condition), text


def pairs(text):
    """Where parentheses open and close that are not those of a call, outside of literals."""
    opened, quoted, previous = [], False, ""
    for place, character in enumerate(text):
        if character == '"' and previous != "\\":
            quoted = not quoted
        elif not quoted and character == "(":
            opened.append((place, previous.isalpha() or previous == "_"))
        elif not quoted and character == ")":
            start, is_call = opened.pop()
            if not is_call:
                yield start, place
        previous = "" if (character, previous) == ("\\", "\\") else character


def shape(x):
    """An expression without its types; a negative literal is what the grammar makes of it, a sign before a literal."""
    match x:
        case e.Constant(value):
            return literal(value, x.type)
        case e.Attribute(name) | e.Parameter(name):
            return "name", name
        case e.ItemAttribute(name):
            return "item", name
        case e.Result(None, step, name):
            return "member", step, name
        case e.Result(group, step, name):
            return "member", group, step, name
        case e.Today() | e.Now():
            return (type(x).__name__,)
        case e.Negate(operand):
            return "-", shape(operand)
        case e.Arithmetic(operator, left, right) | e.Comparison(operator, left, right):
            return operator.value, shape(left), shape(right)
        case e.InRange(operand, low, high):
            return "in", shape(operand), low and shape(low), high and shape(high)
        case e.InSet(operand, members):
            return "in", shape(operand), [shape(member) for member in members]
        case e.Known(operand):
            return "known", shape(operand)
        case e.Not(operand):
            return "not", shape(operand)
        case e.And(operands) | e.Or(operands):
            return type(x).__name__, [shape(operand) for operand in operands]
        case e.Call(function, arguments):
            return "call", function.value, [(shape(argument), None) for argument in arguments]
        case e.Aggregate(function, over, attribute, where):
            rows = ("name", over) if attribute is None else ("member", over, attribute)
            return "call", function.value, [(rows, where and shape(where))]


def literal(value, type):
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int | Decimal):
        kind = ("money", type.currency) if type == EUR else ("number",)
        return ("-", (*kind, -value)) if value < 0 else (*kind, Decimal(value))
    if isinstance(value, Duration):
        business, count = bool(value.business_days), value.business_days or value.days or value.seconds
        size = 86_400 if value.days else 1
        return ("-", ("duration", business, -count * size)) if count < 0 else ("duration", business, count * size)
    return ("constant" if type == RISK else "literal"), value


SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def shape_of_text(node):
    match node:
        case ast.Parenthesized(inner=inner):
            return shape_of_text(inner)
        case ast.Number(value=value):
            return "number", value
        case ast.MoneyLiteral(amount=amount, currency=currency):
            return "money", currency.text, amount
        case ast.DurationLiteral(amount=amount, unit=unit, business=business):
            # No days of any kind have no kind: nothing is nothing.
            return "duration", business and amount != 0, amount if business else amount * SECONDS[unit]
        case ast.Boolean(value=value):
            return "boolean", value
        case ast.Text(value=value) | ast.DateLiteral(value=value) | ast.DateTimeLiteral(value=value):
            return "literal", value
        case ast.ConstantReference(name=name):
            return "constant", name
        case ast.Today() | ast.Now():
            return (type(node).__name__,)
        case ast.Signed(sign="-", operand=operand):
            return "-", shape_of_text(operand)
        case ast.NameReference(name=name):
            return "name", name
        case ast.ItemReference(name=name):
            return "item", name.text
        case ast.Member(owner=owner, name=name):
            return "member", owner.text, name.text
        case ast.QualifiedMember(group=group, step=step, name=name):
            return "member", group.text, step.text, name.text
        case ast.Binary(operator=operator, left=left, right=right):
            return operator, shape_of_text(left), shape_of_text(right)
        case ast.Comparison(operator=operator, left=left, right=right):
            return operator, shape_of_text(left), shape_of_text(right)
        case ast.Presence(operand=operand, negated=negated):
            known = "known", shape_of_text(operand)
            return ("not", known) if negated else known
        case ast.Membership(operand=operand, members=members, negated=negated):
            test = "in", shape_of_text(operand), *shape_of_members(members)
            return ("not", test) if negated else test
        case ast.Not(operand=operand):
            return "not", shape_of_text(operand)
        case ast.And(operands=operands) | ast.Or(operands=operands):
            return type(node).__name__, [shape_of_text(operand) for operand in operands]
        case ast.Call(function=function, operands=operands):
            return (
                "call",
                function.text,
                [
                    (shape_of_text(operand.expression), operand.where and shape_of_text(operand.where))
                    for operand in operands
                ],
            )


def shape_of_members(members):
    if isinstance(members, ast.Choices):
        return ([shape_of_text(member) for member in members.members],)
    return tuple(bound and shape_of_text(bound) for bound in (members.low, members.high))
