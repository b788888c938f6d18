"""The order in which the clauses of a step and of a plan are written."""

from dro_lang.syntax import ast

_ORDER = (
    # of a step
    ast.After,
    ast.OnlyIf,
    ast.Starts,
    ast.Until,
    ast.Expires,
    ast.Assign,
    ast.Due,
    ast.With,
    ast.Gives,
    ast.Retry,
    ast.OnChange,
    ast.PointOfNoReturn,
    ast.FreezeByCompleting,
    ast.RunAs,
    # of a plan
    ast.UsageClause,
    ast.VersionClause,
    ast.CalendarClause,
    ast.TimezoneClause,
    ast.PriorityClause,
    ast.ChooseClause,
    ast.FalloutClause,
    ast.ServiceLevelClause,
)


def rank(clause: ast.Clause | ast.PlanClause) -> tuple[int, bool]:
    """A key to sort clauses by; `on amend` comes before `on cancel`."""
    return _ORDER.index(type(clause)), isinstance(clause, ast.OnChange) and clause.event == "cancel"
