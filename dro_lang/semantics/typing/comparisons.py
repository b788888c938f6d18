"""Comparisons, ranges and sets."""

from typing import TYPE_CHECKING

from attrs import evolve

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Label, Safety, diagnose
from dro_lang.program.expressions import (
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    InRange,
    InSet,
    Not,
    Parameter,
)
from dro_lang.program.types import (
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    DurationUnit,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.semantics.typing.clashes import clash
from dro_lang.semantics.typing.durations import BUSINESS, NOT_BUSINESS, Requirement, open_sources
from dro_lang.semantics.typing.presence import Facts
from dro_lang.semantics.typing.ranges import range_of, size
from dro_lang.semantics.typing.scope import Term
from dro_lang.semantics.typing.slots import converted
from dro_lang.semantics.typing.words import declared, type_words
from dro_lang.syntax import ast

if TYPE_CHECKING:
    from dro_lang.semantics.typing.expressions import Typing

ORDERED = IntegerType | DecimalType | MoneyType | DateType | DateTimeType | DurationType
_EQUALITY = (ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL)


def comparison(typing: "Typing", node: ast.Comparison, facts: Facts) -> Term | None:
    operator = ComparisonOperator(node.operator)
    if isinstance(node.right, ast.NameReference) and typing.stands_for_unknown(node.right.name):
        typing.term(node.right, facts)  # which says how to ask for that; what is asked about may well be unknown
        return None
    left, right = _sides(typing, node.left, node.right, facts)
    if left is None or right is None:
        return None
    pair = compared(typing, left, right)
    if pair is None or not _has_operator(typing, node, operator, left, right):
        return None
    return Term(node, Comparison(operator, *pair))


def membership(typing: "Typing", node: ast.Membership, facts: Facts) -> Term | None:
    """`in` and `not in`, of a range or a set."""
    operand = typing.known(node.operand, facts)
    test: Expression | None
    if isinstance(node.members, ast.Range):
        test = None if operand is None else _in_range(typing, operand, node.members)
    else:
        test = _in_set(typing, operand, node.members, facts)
    if test is None:
        return None
    return Term(node, Not(test) if node.negated else test)


def compared(typing: "Typing", left: Term, right: Term) -> tuple[Expression, Expression] | None:
    """The two sides in one type; None after a report of why they do not go together, or E0207."""
    if not _comparable(left.type, right.type):
        _report_clash(typing, left, right)
        return None
    one = converted(typing, left, right.type)
    other = converted(typing, right, left.type)
    if one is None or other is None:
        return None
    if not within(typing, left, other, right) or not within(typing, right, one, left):
        return None
    _require_units(typing, left, right)
    _require_units(typing, right, left)
    return one, other


def within(typing: "Typing", bounded: Term, value: Expression, other: Term) -> bool:
    """Whether a constant that is compared with a name lies in the bounds of the name's type; E0207 if not."""
    definition = bounded.info.definition if bounded.info is not None else None
    if definition is None or not isinstance(value, Constant):
        return True
    low, high = definition.low, definition.high
    if (low is None or size(low) <= size(value)) and (high is None or size(value) <= size(high)):
        return True
    assert bounded.info is not None
    typing.report(
        diagnose(
            "E0207",
            other.span,
            f"`{bounded.text}` is never {other.text}",
            (bounded.info.span, "its bounds are declared here"),
            help="compare it with a value inside its bounds, or change the bounds",
        )
    )
    return False


def _sides(
    typing: "Typing", left: ast.Expression, right: ast.Expression, facts: Facts
) -> tuple[Term | None, Term | None]:
    """Both sides; a bare constant is looked up by the type of the other side."""
    if _is_constant(left) and not _is_constant(right):
        second = typing.known(right, facts)
        return (None if second is None else typing.known(left, facts, second.type)), second
    first = typing.known(left, facts)
    if first is None and _is_constant(right):
        return None, None
    return first, typing.known(right, facts, None if first is None else first.type)


def _is_constant(node: ast.Expression) -> bool:
    while isinstance(node, ast.Parenthesized):
        node = node.inner
    return isinstance(node, ast.ConstantReference)


def _comparable(left: Type, right: Type) -> bool:
    match left, right:
        case (ListType(), _) | (_, ListType()):
            return False
        case (IntegerType() | DecimalType(), IntegerType() | DecimalType()):
            return True
        case (IdType() | TextType(), IdType() | TextType()):
            return True
        case (DurationType(one), DurationType(other)):
            business = {one, other} - {DurationUnit.ANY}
            return business <= {DurationUnit.BUSINESS_DAYS} or DurationUnit.BUSINESS_DAYS not in business
    return left == right


def _report_clash(typing: "Typing", left: Term, right: Term) -> None:
    # The side that is a literal, or else no name, is the one that can be written another way.
    culprit, other = (left, right) if right.info is not None and left.info is None else (right, left)
    if isinstance(left.type, ListType):
        culprit, other = left, right
    problem = clash(culprit.node, culprit.type, other.type, typing.lowering.enums)
    typing.report(
        diagnose(
            problem.code,
            culprit.span,
            f"`{culprit.text}` is {type_words(culprit.type)}, and `{other.text}` is {type_words(other.type)}",
            *declared(left, right),
            help=problem.help or "compare values of the same type",
            fixes=problem.fixes,
        )
    )


def _require_units(typing: "Typing", term: Term, other: Term) -> None:
    """What comparing a parameter of either kind with a duration of one kind asks of it."""
    if not isinstance(other.type, DurationType) or other.type.unit is DurationUnit.ANY:
        return
    business = other.type.unit is DurationUnit.BUSINESS_DAYS
    why = f"`{term.text}` is compared with {type_words(other.type)} here"
    for source in open_sources(term.expression):
        if isinstance(source, Parameter):
            units = BUSINESS if business else NOT_BUSINESS
            typing.requirements.append(Requirement(source.name, units, "E0304", other.span, why))


def _has_operator(
    typing: "Typing", node: ast.Comparison, operator: ComparisonOperator, left: Term, right: Term
) -> bool:
    if operator in _EQUALITY or isinstance(left.type, ORDERED):
        return True
    typing.report(
        diagnose(
            "E0202",
            node.span,
            f"`{operator}` compares sizes, and `{left.text}` is {type_words(left.type)}",
            *declared(left),
            help="only numbers, amounts, dates and durations have an order; compare with `=`, `!=` or `in { ... }`",
        )
    )
    return False


def _in_range(typing: "Typing", operand: Term, members: ast.Range) -> Expression | None:
    if not isinstance(operand.type, IntegerType | DecimalType | MoneyType | DateType):
        if isinstance(operand.type, DateTimeType | DurationType):
            help = f"write `{operand.text} >= ... and {operand.text} <= ...`"
        else:
            help = "ranges hold numbers, amounts of money and dates; write `in { ... }` for a set of values"
        message = f"`{operand.text}` is {type_words(operand.type)}, which no range holds"
        typing.report(diagnose("E0202", members.span, message, *declared(operand), help=help))
        return None
    bounds = range_of(typing.lowering, members, operand.type)
    if bounds is None:
        return None
    for bound, node in zip(bounds, (members.low, members.high), strict=True):
        if bound is not None and node is not None and not within(typing, operand, bound, Term(node, bound)):
            return None
    return InRange(operand.expression, *bounds)


def _in_set(typing: "Typing", operand: Term | None, members: ast.Choices, facts: Facts) -> Expression | None:
    found: list[Expression] = []
    report = typing.lowering.report
    before = len(report)
    for member in members.members:
        if operand is None:
            # Its own mistakes are worth a report; a constant has no meaning without the operand.
            if not _is_constant(member):
                typing.known(member, facts)
            continue
        term = typing.known(member, facts, operand.type)
        pair = None if term is None else compared(typing, operand, term)
        if pair is not None:
            found.append(pair[1])
    if operand is None:
        return None
    codes = {each.code for each in report[before:]}
    if not found and len(codes) == 1 and not codes & {"E0101", "E0301"}:
        report[before:] = [_together(report[before:])]
    if len(found) < len(members.members):
        return None
    return InSet(operand.expression, tuple(found))


def _together(found: list[Diagnostic]) -> Diagnostic:
    """Where no member of a set can be compared, the mistake is one: it is told at the first member."""
    first, *others = found
    if not others:
        return first
    fixes = [fix for each in found for fix in each.fixes[:1]]
    if len(fixes) == len(found):
        edits = tuple(edit for fix in fixes for edit in fix.edits)
        safety = Safety.SAFE if all(fix.safety is Safety.SAFE for fix in fixes) else Safety.UNSAFE
        fixes = [Fix(f"{fixes[0].title}, and so on", edits, safety)]
    labels = tuple(Label(each.span, "this one too") for each in others)
    return evolve(first, labels=(*first.labels, *labels), fixes=tuple(fixes))
