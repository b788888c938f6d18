"""`grammar/dro.lark` to tables, by Lark. Slow (a fifth of a second): its result is kept in the cache."""

import re
from collections.abc import Collection

from lark import Lark
from lark.lexer import TerminalDef
from lark.parsers.lalr_analysis import IntParseTable, Shift

from dro_lang.syntax.tables.model import Rule, Tables

_START = "file"


def lark(grammar: str, *, strict: bool = False) -> Lark:
    """The grammar as Lark reads it: LALR(1), with tokens that do not depend on the parser's state.

    Raises GrammarError for one that is not; with `strict` (which needs `interegular`) also where two terminals can
    match the same text, or where Lark would choose between shifting and reducing by itself.
    """
    return Lark(
        grammar,
        start=_START,
        parser="lalr",
        lexer="basic",
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=strict,
    )


def compiled(grammar: str) -> Tables:
    """The tables of a grammar, without messages."""
    source = lark(grammar)
    table: IntParseTable = source.parser.parser._parse_table
    numbers = {rule: -index - 1 for index, rule in enumerate(source.rules)}
    order = _order(grammar, source.terminals)
    rows = tuple(
        {
            symbol: target if action is Shift else numbers[target]
            for symbol, (action, target) in sorted(row.items(), key=lambda entry: (order.get(entry[0], 0), entry[0]))
        }
        for _, row in sorted(table.states.items())
    )
    rules = tuple(
        Rule(
            str(rule.origin.name),
            len(rule.expansion),
            str(rule.alias or rule.origin.name),
            rule.origin.name.startswith("_"),
            rule.options.expand1 and not rule.alias,
        )
        for rule in source.rules
    )
    pattern, keywords = _lexer(source.terminals)
    return Tables(
        pattern,
        frozenset(source.ignore_tokens),
        keywords,
        {terminal.name: terminal.pattern.value for terminal in source.terminals if terminal.pattern.type == "str"},
        rows,
        rules,
        table.start_states[_START],
        table.end_states[_START],
        {},
    )


def _order(grammar: str, terminals: Collection[TerminalDef]) -> dict[str, int]:
    """Terminals by where the grammar first writes them, so that what is expected is listed in the same order always."""
    places = {each.name: grammar.find(f'"{each.pattern.value}"') for each in terminals}
    return {name: place if place >= 0 else len(grammar) for name, place in places.items()}


def _lexer(terminals: Collection[TerminalDef]) -> tuple[str, dict[str, str]]:
    """One pattern for all terminals in Lark's order of precedence, and the keywords, which a name's pattern matches."""
    names = [terminal.pattern.to_regexp() for terminal in terminals if terminal.name in ("LOWER", "UPPER")]
    keywords = {
        terminal.pattern.value: terminal.name
        for terminal in terminals
        if terminal.pattern.type == "str" and any(re.fullmatch(name, terminal.pattern.value) for name in names)
    }
    others = sorted(
        (terminal for terminal in terminals if terminal.pattern.value not in keywords),
        key=lambda each: (-each.priority, -each.pattern.max_width, -len(each.pattern.value), each.name),
    )
    return "|".join(f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in others), keywords
