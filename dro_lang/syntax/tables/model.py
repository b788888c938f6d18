"""What the parser runs on: made from `grammar/dro.lark` once, then read from the cache."""

import re
from collections.abc import Mapping
from functools import cached_property

from attrs import frozen

Row = Mapping[str, int]
"""What a state does with each symbol: n >= 0, go to state n; n < 0, reduce by rule -n - 1."""


@frozen
class Rule:
    """`size` symbols become one `origin`; the tree calls it `name`. `inlined`: a repetition, whose parts belong to the
    tree around it. `transparent`: where it has but one part, that part stands for it."""

    origin: str
    size: int
    name: str
    inlined: bool
    transparent: bool


@frozen
class Message:
    """What is to be said where parsing stops. `{found}` and the other fields are filled in from the place."""

    code: str
    text: str
    help: str | None


@frozen(slots=False, eq=False)
class Tables:
    """The LALR(1) automaton of the grammar, the lexer's pattern, and the messages by state and look-ahead.

    `pattern` has one group for each terminal; `keywords` and `spellings` go from a fixed text to its terminal and back.
    `messages` is keyed by `state terminal`, or by the state alone where any look-ahead gets the same message.
    """

    pattern: str
    ignored: frozenset[str]
    keywords: Mapping[str, str]
    spellings: Mapping[str, str]
    rows: tuple[Row, ...]
    rules: tuple[Rule, ...]
    start: int
    accept: int
    messages: Mapping[str, Message]

    @cached_property
    def scanner(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """For each keyword's terminal, that of the names which it could be."""
        return {terminal: "LOWER" if word.islower() else "UPPER" for word, terminal in self.keywords.items()}

    @cached_property
    def origins(self) -> frozenset[str]:
        """The symbols that are no terminals."""
        return frozenset(rule.origin for rule in self.rules)
