"""What every building function is handed: access to the parts of a parsed rule, by their kind."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from attrs import define, field

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, diagnose
from dro_lang.source import Source, Span
from dro_lang.syntax import ast
from dro_lang.syntax.tree import Part, Token, Tree

Parsed = Tree
Rule = Callable[["Builder", Parsed], Any]
N = TypeVar("N")


@define
class Builder:
    """Builds nodes of one source and collects what is wrong with literals (E0009) and with what `and` and `or` join
    (E0007). The tree keeps all tokens, so a function picks its parts by terminal or by rule, never by position."""

    source: Source
    rules: dict[str, Rule]
    diagnostics: list[Diagnostic] = field(factory=list)

    def __call__(self, tree: Parsed) -> Any:
        return self.rules[tree.data](self, tree)

    def node(self, tree: Parsed, kind: type[N]) -> N:
        """The node of a tree of which the grammar says that it is of that kind."""
        built = self(tree)
        assert isinstance(built, kind), f"{tree.data} built {type(built).__name__}"
        return built

    def span(self, part: Part) -> Span:
        return Span(self.source, part.start, part.end)

    def complain(self, span: Span, message: str, help: str, *fixes: Fix, code: str = "E0009") -> None:
        self.diagnostics.append(diagnose(code, span, message, help=help, fixes=fixes))

    # ---- parts of a rule

    def name(self, token: Token) -> ast.Name:
        return ast.Name(self.span(token), str(token))

    def names(self, tree: Parsed, terminal: str) -> tuple[ast.Name, ...]:
        return tuple(self.name(token) for token in tokens(tree, terminal))

    def first_name(self, tree: Parsed, terminal: str) -> ast.Name:
        return self.name(next(tokens(tree, terminal)))

    def optional_name(self, tree: Parsed, terminal: str) -> ast.Name | None:
        token = next(tokens(tree, terminal), None)
        return None if token is None else self.name(token)

    def all(self, tree: Parsed, *rules: str) -> tuple[Any, ...]:
        """The nodes of the children of these rules, of all child rules where none is named."""
        return tuple(self(child) for child in subtrees(tree, *rules))

    def first(self, tree: Parsed, *rules: str) -> Any:
        return self(next(subtrees(tree, *rules)))

    def optional(self, tree: Parsed, *rules: str) -> Any:
        child = next(subtrees(tree, *rules), None)
        return None if child is None else self(child)

    def doc(self, tree: Parsed) -> tuple[str, ...]:
        return tuple(str(token)[3:].removeprefix(" ").rstrip() for token in tokens(tree, "DOC"))


def tokens(tree: Parsed, *terminals: str) -> Iterator[Token]:
    """The children that are tokens of these terminals."""
    return (child for child in tree.children if isinstance(child, Token) and child.type in terminals)


def subtrees(tree: Parsed, *rules: str) -> Iterator[Parsed]:
    """The children that are trees of these rules, of any rule where none is named."""
    return (child for child in tree.children if isinstance(child, Tree) and (not rules or child.data in rules))


def words(tree: Parsed) -> str:
    """The tokens of a rule that is a fixed phrase, joined by single spaces."""
    return " ".join(str(child) for child in tree.children if isinstance(child, Token))


def has(tree: Parsed, word: str) -> bool:
    """Whether a keyword stands directly in the rule."""
    return any(isinstance(child, Token) and child == word and child.type not in _NAMES for child in tree.children)


_NAMES = {"LOWER", "UPPER", "STRING", "DOC"}


def between(tree: Parsed, start: str, stop: str | None = None) -> Iterator[Part]:
    """The children after a keyword, up to another one."""
    inside = False
    for child in tree.children:
        is_keyword = isinstance(child, Token) and child.type not in _NAMES
        if inside and is_keyword and child == stop:
            return
        if inside:
            yield child
        elif is_keyword and child == start:
            inside = True
