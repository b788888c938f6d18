"""Words and fixes that messages about types share."""

from collections.abc import Iterable

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.program.types import (
    BooleanType,
    DurationType,
    DurationUnit,
    EnumType,
    ListType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.semantics.modules import did_you_mean
from dro_lang.semantics.typing.scope import Term
from dro_lang.source import Span


def type_words(type: Type) -> str:
    """A type as a message names it: `a Date`, `Money in EUR`, `a list of Invoice`."""
    match type:
        case TextType() | MoneyType():
            return f"{type}"
        case BooleanType():
            return "a condition"
        case EnumType(name):
            return f"a constant of `{name}`"
        case DurationType(DurationUnit.DAYS):
            return "a duration in days"
        case DurationType(DurationUnit.BUSINESS_DAYS):
            return "a duration in business days"
        case DurationType(DurationUnit.ELAPSED):
            return "a duration in hours, minutes or seconds"
        case DurationType():
            return "a Duration"
        case ListType(record):
            return f"a list of `{record}`"
    return f"{'an' if str(type)[0] in 'AEIO' else 'a'} {type}"


def unknown(
    span: Span,
    message: str,
    name: str,
    known: Iterable[str],
    otherwise: str = "it has",
    *labels: tuple[Span, str],
    code: str = "E0101",
    none: str | None = None,
) -> Diagnostic:
    """The finding for an unknown name: with what may be meant, or else with what there is, or with `none` where there
    is nothing."""
    options = list(known)
    match = did_you_mean(name, options)
    if match is None:
        return diagnose(code, span, message, *labels, help=f"{otherwise} {listed(options)}" if options else none)
    fixes = (replace(span, match, Safety.UNSAFE),) if span.text == name else ()
    return diagnose(code, span, message, *labels, help=f"did you mean `{match}`?", fixes=fixes)


def listed(names: Iterable[str]) -> str:
    """Names in backticks, one after the other."""
    return ", ".join(f"`{name}`" for name in names)


def insert_currency(amount: Span, currency: str) -> Fix:
    """Write the currency after an amount."""
    return Fix(
        f"write `{amount.text} {currency}`", (Edit(Span(amount.source, amount.end, amount.end), f" {currency}"),)
    )


def replace(span: Span, text: str, safety: Safety = Safety.SAFE) -> Fix:
    """Write another text in the place of a span."""
    return Fix(f"write `{text}`", (Edit(span, text),), safety)


def declared(*terms: Term) -> list[tuple[Span, str]]:
    """Where the types of named terms are declared, as labels."""
    return [(term.info.span, f"`{term.info.name}` is {_as_declared(term.type)}") for term in terms if term.info]


def _as_declared(type: Type) -> str:
    return f"of type {type}" if isinstance(type, EnumType | BooleanType) else type_words(type)
