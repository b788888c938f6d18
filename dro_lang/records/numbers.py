"""Numbers and amounts, from their text, exactly: no float on the way, and no work in proportion to an exponent."""

import re
from decimal import Decimal

from attrs import frozen

from dro_lang.program.values import INTEGER_MAX, INTEGER_MIN, SCALE, WHOLE_DIGITS
from dro_lang.records.problems import Problem, shown

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?")
_GROUPED = re.compile("[+-]?[0-9]{1,3}([,.'\u2019\u00a0\u202f ])[0-9]{3}(?:\\1[0-9]{3})*(?:[.,][0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_AMOUNT = re.compile(r"(.*[0-9.]) ([A-Z]{3})", re.DOTALL)
_WITH_CURRENCY = re.compile(r"\s*([A-Za-z]{3}|[€$£¥])\s*[+-]?[0-9].*|.*[0-9]\s*([A-Za-z]{3}|[€$£¥])\s*", re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]+")
_NOT_FINITE = {"nan", "snan", "inf", "infinity"}
_LONGEST_EXPLAINED = 100
_EXPONENT_DIGITS = 9
"""An exponent of more digits than this is beyond every limit, however many digits stand before it."""


@frozen
class _Number:
    """sign * digits * 10**exponent; `digits` has no zeros at its ends, and is empty for zero."""

    negative: bool
    digits: str
    exponent: int

    def __int__(self) -> int:
        """The value; only for a number that is whole and within limits."""
        value: int = int(self.digits or "0") * 10**self.exponent
        return -value if self.negative else value


def _parse(text: str) -> _Number | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction, exponent_sign, exponent = match.groups()
    written = whole + (fraction or "")
    if not written:
        return None
    leading = written.lstrip("0")
    digits = leading.rstrip("0")
    if not digits:
        return _Number(False, "", 0)
    power = (exponent or "0").lstrip("0")
    shift = int(power or "0") if len(power) <= _EXPONENT_DIGITS else 10**_EXPONENT_DIGITS
    shift = -shift if exponent_sign == "-" else shift
    return _Number(sign == "-", digits, shift - len(fraction or "") + len(leading) - len(digits))


def _text_of(raw: object) -> str | None:
    """The text of a number, however it is given; None for what is no number at all."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        # Python refuses to write out an int of thousands of digits; its size says enough.
        return str(raw) if raw.bit_length() <= 256 else f"{'-' if raw < 0 else ''}1e{raw.bit_length() // 4}"
    return str(raw) if isinstance(raw, Decimal) else None


def _why_no_number(raw: object, text: str | None, wanted: str) -> str:
    said = f"{shown(raw)} is not {wanted}"
    if isinstance(raw, float):
        return f"{said}: a binary floating-point number is not exact, give a decimal number or text"
    if text is None or len(text) > _LONGEST_EXPLAINED:
        return said
    bare = text.strip()
    if bare.lstrip("+-").lower() in _NOT_FINITE:
        return f"{said}: a number must be finite"
    if bare != text and _parse(bare) is not None:
        return f"{said}: take away the spaces around the number"
    if _GROUPED.fullmatch(text):
        return f"{said}: write it without thousands separators, with a point for decimals, as in `1500.50`"
    if _COMMA.fullmatch(text):
        return f"{said}: the decimal sign is a point, as in `1500.50`"
    return said


def _number(raw: object, wanted: str) -> _Number | Problem:
    text = _text_of(raw)
    number = None if text is None else _parse(text)
    return Problem(None, "R0103", _why_no_number(raw, text, wanted)) if number is None else number


def integer(raw: object) -> int | Problem:
    """A whole number of 64 bits. `5.0` is 5; `5.5` is a problem, as is text that is no number."""
    number = _number(raw, "a whole number")
    if isinstance(number, Problem):
        return number
    if number.exponent < 0:
        return Problem(None, "R0103", f"{shown(raw)} is not a whole number")
    if len(number.digits) + number.exponent <= len(str(INTEGER_MAX)):
        value = int(number)
        if INTEGER_MIN <= value <= INTEGER_MAX:
            return value
    return Problem(None, "R0107", f"{shown(raw)} does not fit: a whole number is from {INTEGER_MIN} to {INTEGER_MAX}")


def whole_text(raw: object) -> str | None:
    """The digits of a whole number as they are written, whatever its size: a number that serves as an id."""
    text = _text_of(raw)
    if text is None or not _WHOLE.fullmatch(text):
        return None
    return "0" if text == "-0" else str(text)


def decimal(raw: object) -> Decimal | Problem:
    """An exact decimal with at most 12 digits before the point and 6 after; zeros at its end do not count.

    What is beyond that is a problem, never rounded.
    """
    number = _number(raw, "a number")
    if isinstance(number, Problem):
        return number
    if len(number.digits) + number.exponent > WHOLE_DIGITS:
        return Problem(None, "R0107", f"{shown(raw)} has more than {WHOLE_DIGITS} digits before the point")
    if number.exponent < -SCALE:
        return Problem(None, "R0107", f"{shown(raw)} has more than {SCALE} digits after the point, and is not rounded")
    if number.exponent >= 0:
        return Decimal(int(number))
    return Decimal(f"{'-' if number.negative else ''}{number.digits}e{number.exponent}")


def money(raw: object, currency: str) -> Decimal | Problem:
    """An amount in a currency: a number, or a number and the currency, `250 EUR`. Another currency is a problem."""
    if type(raw) is str:
        match = _AMOUNT.fullmatch(raw)
        if match is not None and match[2] == currency:
            return decimal(match[1])
        if match is not None and _parse(match[1]) is not None:
            return Problem(None, "R0108", f"{shown(raw)} is in {match[2]}, and the attribute is in {currency}")
        if len(raw) <= _LONGEST_EXPLAINED and _WITH_CURRENCY.fullmatch(raw):
            reason = (
                f"{shown(raw)} is not an amount: write the number, or the number and its currency, `250 {currency}`"
            )
            return Problem(None, "R0103", reason)
    return decimal(raw)
