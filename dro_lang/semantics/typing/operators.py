"""Arithmetic: which operators there are for which types, and of what type the result is."""

from dro_lang.program.expressions import ArithmeticOperator
from dro_lang.program.types import (
    DECIMAL,
    INTEGER,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    DurationUnit,
    IntegerType,
    MoneyType,
    Type,
)

ADD, SUBTRACT = ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT
MULTIPLY, DIVIDE = ArithmeticOperator.MULTIPLY, ArithmeticOperator.DIVIDE

DAYS, ELAPSED = DurationUnit.DAYS, DurationUnit.ELAPSED
BUSINESS_DAYS, ANY = DurationUnit.BUSINESS_DAYS, DurationUnit.ANY


def result_type(operator: ArithmeticOperator, left: Type, right: Type) -> Type | None:
    """The type of a sum, difference, product or quotient; None where there is none.

    A Date and hours have one here (their unit is looked at where the duration comes from, see durations.py).
    """
    if operator in (ADD, SUBTRACT):
        return _sum(operator, left, right)
    return _product(left, right) if operator is MULTIPLY else _quotient(left, right)


def _sum(operator: ArithmeticOperator, left: Type, right: Type) -> Type | None:
    match left, right:
        case (IntegerType() | DecimalType(), IntegerType() | DecimalType()):
            return INTEGER if left == right == INTEGER else DECIMAL
        case (MoneyType(), MoneyType()):
            return left if left == right else None
        case (DateType() | DateTimeType(), DurationType()):
            return left
        case (DurationType(), DateType() | DateTimeType()) if operator is ADD:
            return right
        case (DateType(), DateType()) if operator is SUBTRACT:
            return DurationType(DAYS)
        case (DateTimeType(), DateTimeType()) if operator is SUBTRACT:
            return DurationType(ELAPSED)
        case (DurationType(one), DurationType(other)):
            unit = joined_unit(one, other)
            return None if unit is None else DurationType(unit)
    return None


def joined_unit(one: DurationUnit, other: DurationUnit) -> DurationUnit | None:
    """The unit of the sum of two durations; None for business days beside others.

    Hours win over days, as the sum may not be whole days; either kind wins over days, as it may hold hours.
    """
    units = {one, other}
    if BUSINESS_DAYS in units:
        return None if units & {DAYS, ELAPSED} else BUSINESS_DAYS
    if ELAPSED in units:
        return ELAPSED
    return ANY if ANY in units else DAYS


def _product(left: Type, right: Type) -> Type | None:
    match left, right:
        case (IntegerType() | DecimalType(), IntegerType() | DecimalType()):
            return INTEGER if left == right == INTEGER else DECIMAL
        case (MoneyType(), IntegerType() | DecimalType()) | (DurationType(), IntegerType()):
            return left
        case (IntegerType() | DecimalType(), MoneyType()) | (IntegerType(), DurationType()):
            return right
    return None


def _quotient(left: Type, right: Type) -> Type | None:
    match left, right:
        case (IntegerType() | DecimalType(), IntegerType() | DecimalType()):
            return DECIMAL
        case (MoneyType(), IntegerType() | DecimalType()):
            return left
        case (MoneyType(), MoneyType()):
            return DECIMAL if left == right else None
    return None
