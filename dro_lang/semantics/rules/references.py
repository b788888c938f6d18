"""Which step a reference in a wait stands for."""

from collections.abc import Iterator

from dro_lang.semantics.rules.overview import Overview, Run, clauses
from dro_lang.syntax import ast


def is_alias(name: ast.Name) -> bool:
    """Whether a name before a point is one that a scenario gives (`as second`); otherwise it is a group's own."""
    return not name.text[0].isupper()


def target(overview: Overview, group: ast.Group, dependency: ast.Dependency) -> ast.Step | None:
    """The step that a group's wait is for, if there is one. A name given with `as` is that of the first scenario that
    gives it beside the group."""
    reference = dependency.step
    owner: ast.Group | None = group
    if reference.group is not None:
        owner = _owner(overview, group, reference.group)
    return overview.step(owner, reference.step.text) if owner else None


def _owner(overview: Overview, group: ast.Group, name: ast.Name) -> ast.Group | None:
    if not is_alias(name):
        return overview.find(name, ast.Group)
    return next((run.group for run in beside(overview, group) if run.instance == name.text), None)


def beside(overview: Overview, group: ast.Group) -> Iterator[Run]:
    """Everything that is run by the scenarios that run a group, itself included."""
    for plan in overview.plans:
        for runs in plan.scenarios:
            if any(run.group is group for run in runs):
                yield from runs


def links(group: ast.Group) -> tuple[ast.Dependency, ...]:
    """The waits of a group's steps for steps of other groups, or of its own by the group's name."""
    return tuple(dependency for _, dependency in waits(group) if dependency.step.group is not None)


def waits(group: ast.Group) -> Iterator[tuple[ast.Step, ast.Dependency]]:
    """Every wait of a group's steps."""
    for step in group.steps:
        for after in clauses(step, ast.After):
            for dependency in after.dependencies:
                yield step, dependency
