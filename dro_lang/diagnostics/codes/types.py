"""E02 types; E03 presence and units."""

CODES = {
    "E0201": "types that do not fit",
    "E0202": "an operator that the type does not have",
    "E0203": "a call with wrong arguments",
    "E0204": "results or arguments that do not fit the signature",
    "E0205": "a type that cannot be used here",
    "E0206": "a bound that is not valid",
    "E0207": "a value outside the bounds of its type",
    "E0208": "a context that lacks what every context needs",
    "E0209": "a mapping that does not fit",
    "E0210": "a result that cannot be read here",
    "E0211": "list functions that nest",
    "E0212": "a division by zero",
    "E0301": "an optional value used without showing that it is known",
    "E0302": "an amount without its currency",
    "E0303": "currencies that do not mix",
    "E0304": "business days and days that do not mix",
    "E0305": "Date and DateTime that do not mix",
    "E0306": "a unit that cannot be used here",
}
