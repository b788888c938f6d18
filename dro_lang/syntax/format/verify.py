"""Whether formatting kept what the text says."""

from collections import Counter
from collections.abc import Iterable

from attrs import evolve

from dro_lang.syntax import ast
from dro_lang.syntax.format.order import rank
from dro_lang.syntax.trivia import Comment


def same_tree(before: ast.File, after: ast.File) -> bool:
    """Whether two files say the same, the order of clauses aside."""
    return _sorted(before) == _sorted(after)


def _sorted(file: ast.File) -> ast.File:
    return evolve(file, declarations=tuple(_declaration(one) for one in file.declarations))


def _declaration(node: ast.Declaration) -> ast.Declaration:
    match node:
        case ast.Plan():
            return evolve(node, clauses=tuple(sorted(node.clauses, key=rank)))
        case ast.Group():
            steps = (evolve(step, clauses=tuple(sorted(step.clauses, key=rank))) for step in node.steps)
            return evolve(node, steps=tuple(steps))
        case _:
            return node


def same_comments(before: Iterable[Comment], after: Iterable[Comment]) -> bool:
    """Whether the comments are the same, whatever their order: a clause that moves takes its own along."""
    return _texts(before) == _texts(after)


def _texts(comments: Iterable[Comment]) -> Counter[str]:
    return Counter(comment.span.text.rstrip() for comment in comments)
