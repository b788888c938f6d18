"""The types of the language, as values."""

from enum import StrEnum

from attrs import frozen


class DurationUnit(StrEnum):
    """What a duration is counted in. Elapsed time and days compare (a day is 24 hours); business days stand alone."""

    ELAPSED = "elapsed"  # seconds, minutes, hours
    DAYS = "days"  # days, weeks: wall-clock days in the plan's zone
    BUSINESS_DAYS = "business days"
    ANY = "any"  # of a parameter, or an attribute, that takes either


@frozen
class IdType:
    def __str__(self) -> str:
        return "Id"


@frozen
class TextType:
    def __str__(self) -> str:
        return "Text"


@frozen
class BooleanType:
    def __str__(self) -> str:
        return "Boolean"


@frozen
class IntegerType:
    """Whole numbers; at a boundary (attribute, argument, result) 64 bits, signed."""

    def __str__(self) -> str:
        return "Integer"


@frozen
class DecimalType:
    """Exact decimals; at a boundary at most 12 digits before the point and 6 after."""

    def __str__(self) -> str:
        return "Decimal"


@frozen
class MoneyType:
    """An exact amount in one currency (ISO 4217), with the limits of Decimal."""

    currency: str

    def __str__(self) -> str:
        return f"Money in {self.currency}"


@frozen
class DateType:
    def __str__(self) -> str:
        return "Date"


@frozen
class DateTimeType:
    """A moment, with its offset; compared as an instant."""

    def __str__(self) -> str:
        return "DateTime"


@frozen
class DurationType:
    unit: DurationUnit = DurationUnit.ANY

    def __str__(self) -> str:
        return "Duration" if self.unit is DurationUnit.ANY else f"Duration in {_UNIT_WORDS[self.unit]}"


_UNIT_WORDS = {
    DurationUnit.ELAPSED: "hours",
    DurationUnit.DAYS: "days",
    DurationUnit.BUSINESS_DAYS: "business days",
}


@frozen
class EnumType:
    name: str

    def __str__(self) -> str:
        return self.name


@frozen
class ListType:
    """`list of R`, and `items of R` where `items` is true: the item node, of which steps can be made."""

    record: str
    items: bool = False

    def __str__(self) -> str:
        return f"{'items' if self.items else 'list'} of {self.record}"


Type = (
    IdType
    | TextType
    | BooleanType
    | IntegerType
    | DecimalType
    | MoneyType
    | DateType
    | DateTimeType
    | DurationType
    | EnumType
    | ListType
)

ID = IdType()
TEXT = TextType()
BOOLEAN = BooleanType()
INTEGER = IntegerType()
DECIMAL = DecimalType()
DATE = DateType()
DATETIME = DateTimeType()
