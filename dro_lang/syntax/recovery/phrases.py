"""What the grammar expects, in the words of its users."""

from collections.abc import Collection, Sequence

from attrs import frozen

from dro_lang.syntax.automaton import Stack, last_open
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tree import END, Token


@frozen
class _Family:
    """Terminals that are better named together, once so many of them are expected."""

    phrase: str
    terminals: frozenset[str]
    enough: int


def _family(phrase: str, terminals: str, enough: int) -> _Family:
    return _Family(phrase, frozenset(terminals.split()), enough)


_FAMILIES = (
    _family(
        "a declaration such as `plan` or `group`",
        "USAGE ENUM RECORD CONTEXT MAPPING QUEUE CALENDAR ACTION INTEGRATION ROUTING PLAN GROUP TEST PROPERTY",
        10,
    ),
    _family(
        "a step clause such as `after` or `starts`",
        "AFTER ONLY STARTS UNTIL EXPIRES ASSIGN DUE WITH GIVES RETRY ON POINT FREEZE RUN",
        10,
    ),
    _family(
        "a plan clause such as `usage` or `choose`",
        "USAGE VERSION CALENDAR TIMEZONE PRIORITY CHOOSE FALLOUT SERVICE",
        8,
    ),
    _family(
        "a line of a test such as `expect` or `advance`",
        "TODAY GIVEN EXPECT ADVANCE COMPLETE FAIL ANSWER RETRY DISCARD SET CANCEL AMEND FREEZE UNFREEZE OFFLINE ONLINE",
        10,
    ),
    _family("a claim such as `never step` or `plan ends`", "NEVER ALWAYS STEP PLAN", 4),
    _family(
        "a kind of step (`auto`, `callout`, `manual`, `milestone` or `pause`)",
        "AUTO CALLOUT MANUAL MILESTONE PAUSE STAGED_ASSETIZE",
        6,
    ),
    _family(
        "a unit such as `days`",
        "SECOND SECONDS MINUTE MINUTES HOUR HOURS DAY DAYS WEEK WEEKS BUSINESS",
        8,
    ),
    _family("a scope such as `item`", "PLAN ITEM LOWER", 3),
    _family("a type such as `Text` or `Date`", "UPPER LIST ITEMS MONEY", 4),
    _family(
        "a value",
        "NUMBER STRING DATE DATETIME LOWER UPPER ITEM TRUE FALSE TODAY NOW ANY SIGN LPAR NOT UNKNOWN LBRACE LSQB",
        8,
    ),
    _family(
        "an operator such as `=`, `in` or `and`",
        "EQUAL LESSTHAN MORETHAN __ANON_0 __ANON_1 __ANON_2 SIGN FACTOR IN IS NOT AND OR",
        6,
    ),
    _family("an operator such as `+` or `*`", "SIGN FACTOR", 2),
    _family("a range such as `1..10`", "__ANON_3 NUMBER SIGN DATE", 4),
)

BEGINNINGS = frozenset().union(*(family.terminals for family in _FAMILIES[:5]))
"""What begins a declaration, a clause or a line of a test: it is the first on its line."""

_WORDS = {
    "LOWER": "a name in lower case",
    "UPPER": "a name with a capital",
    "NUMBER": "a number",
    "STRING": 'a text such as `"..."`',
    "DATE": "a date such as `2026-12-31`",
    "DATETIME": "a moment such as `2026-12-31T09:00Z`",
    "TIME": "a time such as `09:00`",
    "SIGN": "`+` or `-`",
    "FACTOR": "`*` or `/`",
    "DOC": "`///`",
    END: "the end of the file",
}

_NAMES = {
    ("STEP", "LOWER"): "the name of a step",
    ("SCENARIO", "LOWER"): "the name of a scenario",
    ("UNLESS", "LOWER"): "the name of a scenario",
    ("AFTER", "LOWER"): "the name of a step",
    ("PRIORITY", "LOWER"): "`high`, `default` or `bulk`",
    ("WEEKEND", "LOWER"): "a day such as `saturday`",
    ("AS", "LOWER"): "a name in lower case",
    ("WITHIN", "LOWER"): "a parameter",
    ("AFTER", "UPPER"): "a group",
    ("STEP", "UPPER"): "a group",
    ("AS", "STRING"): "the user, as a text",
    ("MODULE", "LOWER"): "the name of the module",
    ("IMPORT", "LOWER"): "the name of a module",
    ("SCOPES", "LOWER"): "a scope such as `plan` or `item`",
    ("EACH", "LOWER"): "a scope such as `item`",
    ("SAME", "LOWER"): "a scope such as `item`",
    ("EVERY", "LOWER"): "a scope such as `item`",
    ("USAGE", "UPPER"): "the name of a usage type",
    ("ENUM", "UPPER"): "the name of the enum",
    ("RECORD", "UPPER"): "the name of the record",
    ("CONTEXT", "UPPER"): "the name of the context",
    ("MAPPING", "UPPER"): "the name of the mapping",
    ("QUEUE", "UPPER"): "the name of a queue",
    ("CALENDAR", "UPPER"): "the name of a calendar",
    ("ACTION", "UPPER"): "the name of the action",
    ("INTEGRATION", "UPPER"): "the name of the integration",
    ("ROUTING", "UPPER"): "the name of a routing",
    ("PLAN", "UPPER"): "the name of the plan",
    ("GROUP", "UPPER"): "the name of the group",
    ("FOR", "UPPER"): "the name of a context",
    ("AUTO", "UPPER"): "the name of an action",
    ("CALLOUT", "UPPER"): "the name of an integration",
    ("OFFLINE", "UPPER"): "the name of an integration",
    ("ONLINE", "UPPER"): "the name of an integration",
    ("RUN", "UPPER"): "the name of a group",
    ("OF", "UPPER"): "the name of a record",
    ("TEST", "STRING"): "what the test shows, as a text",
    ("PROPERTY", "STRING"): "what always holds, as a text",
    ("OBJECT", "STRING"): "the name of the object, as a text",
    ("FROM", "STRING"): "the field, as a text",
    ("BY", "STRING"): "the foreign key, as a text",
    ("USER", "STRING"): "the user, as a text",
    ("TIMEZONE", "STRING"): 'a time zone such as `"Europe/Berlin"`',
    ("HOLIDAYS", "STRING"): "a holiday calendar, as a text",
    ("REJECTED", "STRING"): "a code, as a text",
    **{(word, "NUMBER"): "a duration such as `2 days`" for word in ("WITHIN", "TIMEOUT", "EVERY", "ADVANCE", "AFTER")},
}

_NAMES_AFTER_TWO = {
    ("MONEY", "IN", "UPPER"): "a currency such as `EUR`",
    ("EXPIRES", "AFTER", "LOWER"): "a parameter",
    ("ANY", "OF", "UPPER"): "a group",
    ("ANY", "OF", "LOWER"): "the name of a step",
}

_CLAIMS = ("TEST", "PROPERTY")


def phrase(tables: Tables, stack: Stack, terminal: str) -> str:
    """What a terminal is called at a place."""
    if (stack.symbol, terminal) == ("FOR", "UPPER") and any(entry.symbol in _CLAIMS for entry in _up_to_brace(stack)):
        return "the name of a plan"
    symbol, below = stack.symbol, stack.below.symbol if stack.below else ""
    if (below, symbol, terminal) in _NAMES_AFTER_TWO:
        return _NAMES_AFTER_TWO[below, symbol, terminal]
    return _NAMES.get((stack.symbol, terminal)) or _WORDS.get(terminal) or f"`{tables.spellings[terminal]}`"


def _up_to_brace(stack: Stack) -> list[Stack]:
    found = []
    for entry in stack.entries():
        if entry.symbol == "LBRACE":
            break
        found.append(entry)
    return found


def family(terminals: Collection[str], terminal: str) -> str | None:
    """What a terminal is called together with others that are expected too, if it is better called so."""
    for each in _FAMILIES:
        if terminal in each.terminals and len(each.terminals.intersection(terminals)) >= each.enough:
            return each.phrase
    return None


def described(tables: Tables, stack: Stack, terminals: Sequence[str]) -> str:
    """What is expected at a place, as a list of at most four things."""
    phrases: list[str] = []
    mentioned = [each for each in terminals if each not in _GOES_WITHOUT_SAYING] or terminals
    for terminal in sorted(mentioned, key=lambda each: _RANK.get(each, 1)):
        each = family(terminals, terminal) or phrase(tables, stack, terminal)
        if each not in phrases:
            phrases.append(each)
    if len(phrases) > _FEW:
        del phrases[_FEW - 1 : -1]
    return listed(phrases)


_FEW = 4
_GOES_WITHOUT_SAYING = {"DOC", "DOT", "LPAR"}
_RANK = {"RBRACE": 3, "RPAR": 3, "RSQB": 3, END: 3, "COMMA": 2}


def listed(phrases: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    return " or ".join(filter(None, (", ".join(phrases[:-1]), *phrases[-1:])))


def shown(token: Token) -> str:
    """A token as a message quotes it."""
    if token.type == END:
        return "the end of the file"
    if token.type == "DOC":
        return "`///`"
    text = str(token)
    return f"`{text if len(text) <= 40 else text[:37] + '...'}`"


@frozen
class Block:
    """An open bracket (`opening`) and what it belongs to: group `Remind`, the list of `run`."""

    phrase: str
    opening: Token


_DECLARED = {
    *("USAGE", "ENUM", "RECORD", "CONTEXT", "MAPPING", "CALENDAR", "ACTION", "INTEGRATION", "ROUTING", "PLAN"),
    *("GROUP", "SCENARIO", "STEP", "TEST", "PROPERTY"),
}
_CLAUSES = {
    *("WITH", "TAKES", "GIVES", "GIVEN", "SET", "OBJECT", "ITEMS", "IMPORT", "COMPLETE", "ANSWER", "IN", "RUN"),
    *("CANCEL", "AMEND"),
}


def innermost(stack: Stack, tokens: Sequence[Token]) -> Block | None:
    """The last bracket that is still open, if there is one."""
    bracket = last_open(stack)
    if bracket is None:
        return None
    opening = tokens[bracket.start]
    for entry in bracket.below.entries() if bracket.below else ():
        word = tokens[entry.start]
        if entry.symbol in _DECLARED:
            return Block(f"{word} {shown(tokens[entry.start + 1])}", opening)
        if entry.symbol in _CLAUSES or entry.symbol == "callee":
            return Block(f"`{word}`", opening)
        if entry.symbol in ("LBRACE", "LPAR", "LSQB"):
            break
    return Block(f"`{opening}`", opening)
