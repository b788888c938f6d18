"""Characters that are not of the language, or that are but mean nothing where they touch: each with what to write."""

import re
import unicodedata
from datetime import date

from attrs import evolve, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.source import Source, Span
from dro_lang.syntax.tree import Token


@frozen
class Mistake:
    """From `start` to `end` there is no token. The parser goes on as if `text` stood there, or nothing where it is
    None; `terminal` is what the text is, where it is no token either. `is_noise`: say only one such mistake a line."""

    start: int
    end: int
    diagnostic: Diagnostic
    text: str | None = None
    terminal: str | None = None
    is_noise: bool = False


_OPERATORS = {
    "==": "=",
    "===": "=",
    "<>": "!=",
    "!==": "!=",
    "=>": ">=",
    "=<": "<=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "¬": "not",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "\u00d7": "*",
    "\u00b7": "*",
    "\u00f7": "/",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2026": "..",
}
"""What other languages, and word processors, write for an operator of this one."""

_OPERATOR = re.compile("|".join(re.escape(operator) for operator in sorted(_OPERATORS, key=len, reverse=True)))
_OTHER_QUOTES = re.compile(
    r"""'([^'\n]*)'"""
    r"""|[\u201c-\u201f]([^\u201c-\u201f"\n]*)[\u201c\u201d]"""
    r"""|[\u2018-\u201b]([^\u2018-\u201b\n]*)[\u2018\u2019]"""
    r"""|\u00ab([^\u00ab\u00bb\n]*)\u00bb"""
)
_OPEN_TEXT = re.compile(r'"[^\r\n]*')
_AFTER_TEXT = re.compile(r"[\s{}()\[\],\\]*\Z")
_WORD = re.compile(r"\w+")
_LITERAL = re.compile(r"[\w.:+-]*\w")
_NUMERIC_DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?![\d-])"
    r"|(?P<day_first>\d{1,2}\.\d{1,2}\.\d{4})(?!\d)"
    r"|(?P<slashes>(?:\d{1,2}/\d{1,2}/\d{4}|\d{4}/\d{1,2}/\d{1,2}))(?!\d)"
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})*,0\d\d(?!\d)")
_POINTS = re.compile(r"\d{1,3}((?:\.\d{3})+),(\d{1,2})(?!\d)")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))? ?(?P<half>[ap]m)(?!\w)", re.IGNORECASE)
_NO_ZERO = re.compile(r"(?<![\w.)])\.\d+(?!\.\d)")
_IMPORTED = re.compile(r"import\s+[\w.]+\s*\{[\s\w,]*\Z")
_COMPARE = ("=", "!=", "<", "<=", ">", ">=")
_BEFORE_DECLARED = (
    *("auto", "callout", "run", "usage", "for", "offline", "online"),
    *("enum", "record", "context", "mapping", "queue", "calendar", "action", "integration", "routing", "plan", "group"),
)
_SHORT_TIME = re.compile(r"\d:\d{2}(?!\d)")
_LOOK_BACK = 1000
"""So far before a name an import is looked for."""

_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def unreadable(source: Source, start: int) -> Mistake:
    """What stands where no token begins."""
    text = source.text
    char = text[start]
    if char == '"':
        return _unterminated(source, start)
    if found := _OTHER_QUOTES.match(text, start):
        return _other_quotes(source, found)
    if found := _OPERATOR.match(text, start):
        return _operator(source, start, found[0])
    if char.isalnum():
        return _foreign_word(source, start)
    if char == "#":
        end = text.find("\n", start)
        span = Span(source, start, end if end >= 0 else len(text))
        fix = Fix("write `//`", (Edit(Span(source, start, start + 1), "//"),))
        return _dropped(span, "`#` begins no comment in this language", "begin a comment with `//`", fix)
    if char == ";":
        span = Span(source, start, start + 1)
        return _dropped(span, "`;` is not needed", "end a clause with its line", Fix("leave it out", (Edit(span, ""),)))
    if _is_invisible(char):
        span = Span(source, start, start + 1)
        fix = Fix("write a space", (Edit(span, " "),))
        message = f"an invisible character stands here: {_described(char)}"
        return evolve(_dropped(span, message, "write a space", fix), is_noise=True)
    return _junk(source, start)


def touching(source: Source, previous: Token | None, token: Token) -> Mistake | None:
    """What is wrong where a token is next to the one before it, or where a number goes on as something else."""
    if token.type in ("NUMBER", "TIME") and (mistake := _number(source, previous, token)):
        return mistake
    if previous is None or previous.end != token.start or source.text[previous.start : previous.end] != previous:
        return None
    if previous.type in ("EQUAL", "LESSTHAN", "__ANON_0") and token in ("=", ">", "<"):
        found = _OPERATOR.match(source.text, previous.start)
        return _operator(source, previous.start, found[0]) if found else None
    if previous == "/" and token == "*":
        return _block_comment(source, previous.start)
    if previous.is_word and token.type == "UPPER":
        return _mixed_case(source, previous.start)
    if previous.type == "NUMBER" and token.type == "LOWER":
        return _word_after_number(source, previous.start)
    if previous.type in ("DATE", "DATETIME", "TIME") and (token[0].isalnum() or token in (".", ":")):
        return _long_date(source, previous)
    return None


def _number(source: Source, previous: Token | None, token: Token) -> Mistake | None:
    """What is wrong where a number, or a time of day, is only the beginning of what people write, or its end."""
    text, start = source.text, token.start
    if found := _CLOCK.match(text, start):
        return _twelve_hours(source, found, previous)
    if token.type == "TIME":
        return None
    if found := _NUMERIC_DATE.match(text, start):
        return _date(source, found)
    if found := _SHORT_TIME.match(text, start):
        span = Span(source, start, found.end())
        return _literal(span, "a time of day has two digits for the hour", f"0{span.text}")
    if found := _GROUPED.match(text, start):
        span = Span(source, start, found.end())
        return _literal(span, "`,` does not group the digits of a number", span.text.replace(",", "_"))
    if previous == "." and (found := _NO_ZERO.match(text, previous.start)):
        span = Span(source, previous.start, found.end())
        return _literal(span, "a number begins with a digit", f"0{span.text}")
    found = _POINTS.match(text, start)
    # What could be two numbers of a set, `{ 1.500,25 }`, is left to be two.
    if found and (len(found[1]) > 4 or re.fullmatch(r"0\d", found[2]) or previous in _COMPARE):
        span = Span(source, start, found.end())
        correct = span.text.replace(".", "_").replace(",", ".")
        return _literal(span, "a number has one `.`, before its decimals, and `_` between groups of digits", correct)
    return None


def _unterminated(source: Source, start: int) -> Mistake:
    found = _OPEN_TEXT.match(source.text, start)
    assert found
    written = found[0]
    rest = _AFTER_TEXT.search(written, 1)
    end = start + (rest.start() if rest else len(written))
    span = Span(source, start, end)
    diagnostic = diagnose(
        "E0004",
        span,
        "this text has no closing quote on its line",
        help='end it with `"`; a line break inside a text is written `\\n`',
        fixes=(Fix("close the text here", (Edit(Span(source, end, end), '"'),), Safety.UNSAFE),),
    )
    return Mistake(start, end, diagnostic, span.text.rstrip("\\") + '"')


def _other_quotes(source: Source, found: re.Match[str]) -> Mistake:
    span = Span(source, found.start(), found.end())
    content = next(group for group in found.groups() if group is not None)
    text = '"' + content.replace("\\", "\\\\").replace('"', '\\"') + '"'
    diagnostic = diagnose(
        "E0003",
        span,
        f"`{found[0][0]}` begins no text in this language",
        help='put texts in double quotes: `"`',
        fixes=(Fix(f"write `{text}`", (Edit(span, text),)),),
    )
    return Mistake(span.start, span.end, diagnostic, text)


def _operator(source: Source, start: int, written: str) -> Mistake:
    operator = _OPERATORS[written]
    span = Span(source, start, start + len(written))
    code = "E0006" if written.startswith("==") else "E0001" if written.strip("=<>!") == "" else "E0003"
    if written == "!":
        code = "E0003"
    before = " " if operator.isalpha() and source.text[start - 1 : start].isalnum() else ""
    after = " " if operator.isalpha() and not source.text[span.end : span.end + 1].isspace() else ""
    diagnostic = diagnose(
        code,
        span,
        f"`{written}` is not an operator of this language",
        help=f"write `{operator}`",
        fixes=(Fix(f"write `{operator}`", (Edit(span, before + operator + after),)),),
    )
    return Mistake(span.start, span.end, diagnostic, operator)


def _whole_word(source: Source, start: int) -> Span:
    while start and (source.text[start - 1].isalnum() or source.text[start - 1] == "_"):
        start -= 1
    found = _WORD.match(source.text, start)
    assert found
    return Span(source, start, found.end())


def _foreign_word(source: Source, start: int) -> Mistake:
    word = _whole_word(source, start)
    plain = unicodedata.normalize("NFKD", word.text.translate(_TRANSCRIBED)).encode("ascii", "ignore").decode()
    can_be_written = plain[:1].isalpha() and len(plain) >= len(word.text)
    diagnostic = diagnose(
        "E0003",
        word,
        f"`{source.text[start]}` cannot stand in a name",
        help="a name is made of the letters a to z, digits and `_`" + (f": `{plain}`" if can_be_written else ""),
        fixes=(Fix(f"write `{plain}`", (Edit(word, plain),), Safety.UNSAFE),) if can_be_written else (),
    )
    return Mistake(word.start, word.end, diagnostic, word.text, "UPPER" if word.text[0].isupper() else "LOWER")


def _mixed_case(source: Source, start: int) -> Mistake:
    word = _whole_word(source, start)
    lower = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word.text).lower()
    upper = word.text[0].upper() + word.text[1:]
    if _is_declared(source, word.start):
        message = f"`{word.text}` is not the name of a declaration: such a name begins with a capital"
        fix = Fix(f"write `{upper}`", (Edit(word, upper),), Safety.UNSAFE)
        diagnostic = diagnose("E0001", word, message, help=f"write `{upper}`", fixes=(fix,))
        return Mistake(word.start, word.end, diagnostic, upper, "UPPER")
    diagnostic = diagnose(
        "E0001",
        word,
        f"`{word.text}` is neither a lower-case name nor one with a capital",
        help=f"write `{lower}` for a value, a step or a scenario, `{upper}` for a declaration or a constant",
        fixes=(Fix(f"write `{lower}`", (Edit(word, lower),), Safety.UNSAFE),),
    )
    return Mistake(word.start, word.end, diagnostic, word.text, "LOWER")


def _is_declared(source: Source, start: int) -> bool:
    """Whether only the name of a declaration can stand here: in an import, or behind a word that begins one."""
    before = source.text[max(0, start - _LOOK_BACK) : start]
    words = re.split(r"[ \t]+", before.rpartition("\n")[2])
    return bool(_IMPORTED.search(before)) or (len(words) > 1 and words[-1] == "" and words[-2] in _BEFORE_DECLARED)


def _word_after_number(source: Source, start: int) -> Mistake:
    word = _whole_word(source, start)
    diagnostic = diagnose(
        "E0001",
        word,
        f"`{word.text}` is neither a number nor a name",
        help="begin a name with a letter; put a space between a number and its unit",
    )
    return Mistake(word.start, word.end, diagnostic, word.text, "LOWER")


def _literal(span: Span, message: str, correct: str | None, help: str | None = None) -> Mistake:
    """A literal in another form than ours; `correct` is the same in ours."""
    fixes = (Fix(f"write `{correct}`", (Edit(span, correct),)),) if correct else ()
    help = help or f"write `{correct}`"
    return Mistake(span.start, span.end, diagnose("E0009", span, message, help=help, fixes=fixes), correct)


def _twelve_hours(source: Source, found: re.Match[str], previous: Token | None) -> Mistake:
    """`9am`. Only behind `at` can a time of day be written at all."""
    span = Span(source, found.start(), found.end())
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if previous != "at":
        message, help = (
            "no value is a time of day alone",
            "write a moment, `2026-12-31T09:00Z`; times stand behind `at`",
        )
        return Mistake(span.start, span.end, diagnose("E0009", span, message, help=help), "0")
    message = f"`{span.text}` is not how a time of day is written"
    if not 1 <= hour <= 12 or minute > 59:
        mistake = _literal(span, message, None, "write `09:00`")
        return Mistake(span.start, span.end, mistake.diagnostic, "00:00")
    afternoon = 12 if found["half"].lower() == "pm" else 0
    return _literal(span, message, f"{hour % 12 + afternoon:02}:{minute:02}")


def _date(source: Source, found: re.Match[str]) -> Mistake | None:
    span = Span(source, found.start(), found.end())
    if found["year"]:
        year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    elif found["day_first"]:
        day, month, year = (int(part) for part in found["day_first"].split("."))
    else:
        year = month = day = 0
    try:
        correct = date(year, month, day).isoformat()
    except ValueError:
        mistake = _literal(span, f"`{span.text}` is not how a date is written", None, "write `2026-12-31`")
        return Mistake(span.start, span.end, mistake.diagnostic, "2000-01-01")
    return _literal(span, f"`{span.text}` is not how a date is written", correct)


def _long_date(source: Source, literal: Token) -> Mistake | None:
    found = _LITERAL.match(source.text, literal.start)
    assert found
    if found.end() == literal.end:
        return None
    span = Span(source, literal.start, found.end())
    form = {"DATE": "a date or a moment", "DATETIME": "a moment", "TIME": "a time of day"}[literal.type]
    example = {"DATE": "`2026-12-31` or `2026-12-31T09:00Z`", "DATETIME": "`2026-12-31T09:00Z`", "TIME": "`09:00`"}
    help = f"write it like {example[literal.type]}"
    mistake = _literal(span, f"`{span.text}` is not how {form} is written", None, help)
    return Mistake(span.start, span.end, mistake.diagnostic, str(literal))


def _block_comment(source: Source, start: int) -> Mistake:
    end = source.text.find("*/", start + 2)
    span = Span(source, start, end + 2 if end >= 0 else len(source.text))
    message, help = "`/*` begins no comment in this language", "begin each line of the comment with `//`"
    return Mistake(span.start, span.end, diagnose("E0001", Span(source, start, start + 2), message, help=help))


def _dropped(span: Span, message: str, help: str, fix: Fix) -> Mistake:
    return Mistake(span.start, span.end, diagnose("E0003", span, message, help=help, fixes=(fix,)))


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Zs", "Zl", "Zp", "Cf", "Cc")


def _described(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


def _junk(source: Source, start: int) -> Mistake:
    end = start + 1
    while end < len(source.text) and source.text[end] == source.text[start]:
        end += 1
    char = source.text[start]
    shown = f"`{char}`" if char.isprintable() else _described(char)
    hints = {
        "?": "what may be unknown has `optional` behind its type",
        "%": "write a share as a number: 5 % is `0.05`",
        "$": "write the currency behind the amount: `250 USD`",
        "€": "write the currency behind the amount: `250 EUR`",
        "£": "write the currency behind the amount: `250 GBP`",
    }
    diagnostic = diagnose(
        "E0003",
        Span(source, start, end),
        f"{shown} is not a character of this language",
        help=hints.get(char, 'leave it out, or put it into a text: `"..."`'),
    )
    return Mistake(start, end, diagnostic, is_noise=True)
