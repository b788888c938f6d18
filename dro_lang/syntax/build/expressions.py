"""Expressions, literals and objects."""

import re
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal

from dro_lang.diagnostics.diagnostic import Edit, Fix, Safety
from dro_lang.source import Span
from dro_lang.syntax import ast
from dro_lang.syntax.build.builder import Builder, Parsed, Rule, has, subtrees, tokens, words
from dro_lang.syntax.build.mixed import complain_if_mixed
from dro_lang.syntax.tree import Token

_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_ESCAPE = re.compile(r"\\(u\{([0-9A-Fa-f]{1,6})\}|.)", re.DOTALL)


_LONGEST = 30
"""Digits that a number may have: more than any value can have, and few enough to calculate with at once."""


def number_of(b: Builder, token: Token) -> ast.Number:
    text = token.replace("_", "")
    span = b.span(token)
    if len(text) > _LONGEST:
        b.complain(span, f"a number of {len(text)} digits is more than any attribute can hold", "write a shorter one")
        return ast.Number(span, Decimal(0), True)
    number = ast.Number(span, Decimal(text), "." not in text)
    if "_." in token or "__" in token or token.endswith("_"):
        better = text if "." in text else f"{int(text):_}"
        fix = Fix(f"write `{better}`", (Edit(span, better),))
        b.complain(span, f"`{token}` is not a number", f"one `_` may stand between two digits: `{better}`", fix)
    elif len(text) > 1 and text[0] == "0" and text[1] != ".":
        better = text.lstrip("0") if text.strip("0") and "." not in text else f"{number.value:f}"
        fix = Fix(f"write `{better}`", (Edit(span, better),), Safety.UNSAFE)
        b.complain(span, f"`{token}` begins with a zero that means nothing", f"write `{better}`", fix)
    return number


def text_of(b: Builder, token: Token) -> ast.Text:
    """A text literal without its quotes and escapes."""

    def replace(match: re.Match[str]) -> str:
        start = token.start + 1 + match.start()
        span = Span(b.source, start, start + len(match[0]))
        if match[2]:
            code = int(match[2], 16)
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                b.complain(span, f"`{match[0]}` is no character", "write a code point of Unicode, 0 to 10FFFF")
                return ""
            return chr(code)
        if match[1] not in _ESCAPES:
            fix = Fix("write a backslash", (Edit(span, f"\\\\{match[1]}"),), Safety.UNSAFE)
            help = 'write `\\\\` for a backslash; the others are `\\"`, `\\n`, `\\t` and `\\u{1F600}`'
            b.complain(span, f"`{match[0]}` means nothing in a text", help, fix)
            return match[1]
        return _ESCAPES[match[1]]

    return ast.Text(b.span(token), _ESCAPE.sub(replace, token[1:-1]))


def date_of(b: Builder, token: Token) -> ast.DateLiteral:
    try:
        return ast.DateLiteral(b.span(token), date.fromisoformat(token))
    except ValueError:
        b.complain(b.span(token), f"there is no day `{token}`", _about_day(token))
        return ast.DateLiteral(b.span(token), date.min)


def datetime_of(b: Builder, token: Token) -> ast.DateTimeLiteral:
    try:
        return ast.DateTimeLiteral(b.span(token), datetime.fromisoformat(token))
    except ValueError:
        b.complain(b.span(token), f"there is no moment `{token}`", _about_moment(token))
        return ast.DateTimeLiteral(b.span(token), datetime.min)


def _about_day(text: str) -> str:
    year, month, _ = (int(part) for part in text.split("-"))
    if year == 0:
        return "years begin with 0001"
    if not 1 <= month <= 12:
        return "a month is 01 to 12"
    return f"month {month} of {year} has {monthrange(year, month)[1]} days"


def _about_moment(text: str) -> str:
    day, _, time = text.partition("T")
    try:
        date.fromisoformat(day)
    except ValueError:
        return _about_day(day)
    clock, offset = time[:5], time[5:].lstrip(":0123456789")
    if clock > "23:59":
        return "an hour is 00 to 23"
    return "an offset is less than 24 hours" if offset[1:] > "23:59" else "minutes and seconds are 00 to 59"


def moment_of(b: Builder, tree: Parsed) -> ast.DateLiteral | ast.DateTimeLiteral:
    token = next(tokens(tree, "DATE", "DATETIME"))
    return date_of(b, token) if token.type == "DATE" else datetime_of(b, token)


def time_of(b: Builder, token: Token) -> ast.TimeLiteral:
    hour, minute = token.split(":")
    return ast.TimeLiteral(b.span(token), int(hour), int(minute))


def _money(b: Builder, tree: Parsed) -> ast.MoneyLiteral:
    number = number_of(b, next(tokens(tree, "NUMBER")))
    return ast.MoneyLiteral(b.span(tree), number.value, b.first_name(tree, "UPPER"))


def _duration(b: Builder, tree: Parsed) -> ast.DurationLiteral:
    number = number_of(b, next(tokens(tree, "NUMBER")))
    unit = str(next(subtrees(tree, "unit")).children[0]).removesuffix("s")
    return ast.DurationLiteral(b.span(tree), number.value, unit, tree.data == "business_duration")


def _binary(b: Builder, tree: Parsed) -> ast.Binary:
    left, right = b.all(tree)
    return ast.Binary(b.span(tree), str(next(tokens(tree, "SIGN", "FACTOR"))), left, right)


def _compare(b: Builder, tree: Parsed) -> ast.Comparison:
    left, operator, right = subtrees(tree)
    return ast.Comparison(b.span(tree), str(operator.children[0]), b(left), b(right))


def _membership(b: Builder, tree: Parsed) -> ast.Membership:
    operand, members = subtrees(tree)
    return ast.Membership(b.span(tree), b(operand), b(members), tree.data == "not_in")


def _range(b: Builder, tree: Parsed) -> ast.Range:
    low: ast.Expression | None = None
    high: ast.Expression | None = None
    after_dots = False
    for child in tree.children:
        if isinstance(child, Token):
            after_dots = True
        elif after_dots:
            high = b(child)
        else:
            low = b(child)
    return ast.Range(b.span(tree), low, high)


def _bound(b: Builder, tree: Parsed) -> ast.Expression:
    value: ast.Expression
    literal = tree.children[-1]
    if isinstance(literal, Token):
        value = date_of(b, literal) if literal.type == "DATE" else number_of(b, literal)
    else:
        value = b(literal)
    sign = next(tokens(tree, "SIGN"), None)
    return value if sign is None else ast.Signed(b.span(tree), str(sign), value)


def _call(b: Builder, tree: Parsed) -> ast.Call:
    callee = next(subtrees(tree, "callee"))
    name = ast.Name(b.span(callee), words(callee))
    return ast.Call(b.span(tree), name, b.all(tree, "operand"))


def _operand(b: Builder, tree: Parsed) -> ast.Operand:
    expression, *where = b.all(tree)
    return ast.Operand(b.span(tree), expression, where[0] if where else None)


def _qualified_member(b: Builder, tree: Parsed) -> ast.QualifiedMember:
    group, step, name = (b.name(token) for token in tokens(tree, "UPPER", "LOWER"))
    return ast.QualifiedMember(b.span(tree), group, step, name)


def _array(b: Builder, tree: Parsed) -> ast.Array:
    return ast.Array(b.span(tree), b.all(tree))


def _field(b: Builder, tree: Parsed) -> ast.Field:
    return ast.Field(b.span(tree), b.first_name(tree, "LOWER"), b.first(tree))


def _presence(b: Builder, tree: Parsed) -> ast.Presence:
    return ast.Presence(b.span(tree), b.first(tree), has(tree, "unknown"))


def _and(b: Builder, tree: Parsed) -> ast.And:
    complain_if_mixed(b, tree)
    return ast.And(b.span(tree), b.all(tree))


def _or(b: Builder, tree: Parsed) -> ast.Or:
    complain_if_mixed(b, tree)
    return ast.Or(b.span(tree), b.all(tree))


RULES: dict[str, Rule] = {
    "number": lambda b, t: number_of(b, next(tokens(t, "NUMBER"))),
    "string": lambda b, t: text_of(b, next(tokens(t, "STRING"))),
    "date": lambda b, t: date_of(b, next(tokens(t, "DATE"))),
    "datetime": lambda b, t: datetime_of(b, next(tokens(t, "DATETIME"))),
    "money": _money,
    "duration": _duration,
    "business_duration": _duration,
    "true": lambda b, t: ast.Boolean(b.span(t), True),
    "false": lambda b, t: ast.Boolean(b.span(t), False),
    "today_value": lambda b, t: ast.Today(b.span(t)),
    "now_value": lambda b, t: ast.Now(b.span(t)),
    "signed": lambda b, t: ast.Signed(b.span(t), str(t.children[0]), b.first(t)),
    "name": lambda b, t: ast.NameReference(b.span(t), str(t.children[0])),
    "constant_ref": lambda b, t: ast.ConstantReference(b.span(t), str(t.children[0])),
    "item_attribute": lambda b, t: ast.ItemReference(b.span(t), b.first_name(t, "LOWER")),
    "member": lambda b, t: ast.Member(b.span(t), *b.names(t, "LOWER")),
    "qualified_member": _qualified_member,
    "call": _call,
    "operand": _operand,
    "atom": lambda b, t: ast.Parenthesized(b.span(t), b.first(t)),
    "add": _binary,
    "multiply": _binary,
    "compare": _compare,
    "is_in": _membership,
    "not_in": _membership,
    "range": _range,
    "bound": _bound,
    "choices": lambda b, t: ast.Choices(b.span(t), b.all(t)),
    "members": lambda b, t: b.first(t),
    "known": _presence,
    "unknown": _presence,
    "not_": lambda b, t: ast.Not(b.span(t), b.first(t)),
    "and_": _and,
    "or_": _or,
    "unknown_value": lambda b, t: ast.Unknown(b.span(t)),
    "array": _array,
    "arg": _field,
    "object": lambda b, t: ast.Object(b.span(t), b.all(t)),
}
