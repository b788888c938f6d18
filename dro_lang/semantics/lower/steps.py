"""What the lowering asks of a step as it is written."""

from typing import TypeVar

from dro_lang.syntax import ast

C = TypeVar("C")


def clause(step: ast.Step, kind: type[C]) -> C | None:
    """The clause of a kind that a step has: of two, which is an error, the first."""
    return next((clause for clause in step.clauses if isinstance(clause, kind)), None)


def is_per_item(step: ast.Step) -> bool:
    return step.each is not None and step.each.text == "item"


def step_named(group: ast.Group, name: str) -> ast.Step | None:
    return next((step for step in group.steps if step.name.text == name), None)
