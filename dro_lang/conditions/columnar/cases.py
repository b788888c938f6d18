"""The selection of a plan as SQL: which scenario a record gets, or the code of the submission error."""

from collections.abc import Mapping

from attrs import frozen

from dro_lang.conditions.columnar.expressions import Scope
from dro_lang.conditions.columnar.formulas import formula
from dro_lang.conditions.columnar.helpers import Helpers
from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.conditions.matching import matching
from dro_lang.conditions.normal import Normal
from dro_lang.program.model import Plan, Policy

SEVERAL, NONE = "R0201", "R0202"
UNREAD = "?"
_ERROR = f"ENUM('{UNREAD}', '{SEVERAL}', '{NONE}')"
NEVER = "FALSE"
TABLED_FROM = 24
"""The number of conditions from which on tables pay."""
CLASS = '"#class"'


@frozen
class Chosen:
    """What a record gets: `scenarios` is the text of the name of its scenario, or with `many` of a list of names, and
    NULL where none matches; `several` is true where too many do. Both may read the number `class_`."""

    scenarios: str
    several: str
    many: bool = False
    class_: str | None = None


def chosen(
    plan: Plan,
    scope: Scope,
    helpers: Helpers,
    exclusive: bool = False,
    name_type: str = "VARCHAR",
    tabled_from: int = TABLED_FROM,
) -> Chosen:
    """What a record gets. `exclusive` says that no two scenarios can match one record, which saves counting;
    `name_type` is the type of the name of the one scenario.

    Raises Inexpressible where a condition is no SQL and there are no helpers.
    """
    conditions = own(plan)
    last = [scenario.name for scenario in plan.scenarios if scenario.otherwise]
    if len(conditions) >= tabled_from:
        # Few plans have so many.
        from dro_lang.conditions.columnar.looked_up import looked_up

        found = looked_up(plan, conditions, last, scope, helpers, first_counts(plan, exclusive), name_type)
        if found is not None:
            return found
    formulas = {name: formula(condition, scope, helpers) for name, condition in conditions.items()}
    if plan.policy is Policy.EVERY_MATCHING:
        return Chosen(_every(formulas, last), NEVER, many=True)
    first = _first(formulas, last, name_type)
    if first_counts(plan, exclusive):
        return Chosen(first, NEVER)
    count = " + ".join(f"CASE WHEN {condition} THEN 1 ELSE 0 END" for condition in formulas.values()) or "0"
    # Where no other scenario matches, all those with `otherwise` do.
    return Chosen(first, f"({count}) > 1" if len(last) < 2 else f"({count}) <> 1")


def first_counts(plan: Plan, exclusive: bool) -> bool:
    """Whether the first scenario that matches is the one that a record gets."""
    return plan.policy is Policy.FIRST_MATCHING or (plan.policy is Policy.EXACTLY_ONE and exclusive)


def selection(chosen: Chosen, records: str, fits: str) -> str:
    """The query of the selection: for each row of `records` its id, the scenarios, and the code of the error. Of a row
    for which `fits` is not true nothing is said but `UNREAD` in the place of the error."""
    if chosen.class_ is not None:
        records = f"(SELECT *, CASE WHEN {fits} THEN {chosen.class_} END AS {CLASS} FROM {records})"
    unread, several, none = (f"CAST('{code}' AS {_ERROR})" for code in (UNREAD, SEVERAL, NONE))
    return (
        f"SELECT id, CASE WHEN NOT several THEN scenarios END AS {column_name(chosen)}, CASE WHEN several IS NULL "
        f"THEN {unread} WHEN several THEN {several} WHEN scenarios IS NULL THEN {none} END AS error FROM ("
        f"SELECT id, CASE WHEN {fits} THEN {chosen.scenarios} END AS scenarios, "
        f"CASE WHEN {fits} THEN {chosen.several} END AS several FROM {records})"
    )


def column_name(chosen: Chosen) -> str:
    return "scenarios" if chosen.many else "scenario"


def own(plan: Plan) -> Mapping[str, Normal]:
    """When each scenario that is not an `otherwise` one matches."""
    otherwise = {scenario.name for scenario in plan.scenarios if scenario.otherwise}
    return {name: condition for name, condition in matching(plan).items() if name not in otherwise}


def _first(conditions: Mapping[str, str], last: list[str], name_type: str) -> str:
    literals = {name: f"CAST({text_literal(name)} AS {name_type})" for name in (*conditions, *last)}
    otherwise = literals[last[0]] if last else f"CAST(NULL AS {name_type})"
    cases = " ".join(f"WHEN {condition} THEN {literals[name]}" for name, condition in conditions.items())
    return f"CASE {cases} ELSE {otherwise} END" if cases else otherwise


def _every(conditions: Mapping[str, str], last: list[str]) -> str:
    each = ", ".join(f"CASE WHEN {condition} THEN {text_literal(name)} END" for name, condition in conditions.items())
    others = f"[{', '.join(map(text_literal, last))}]" if last else "NULL"
    if not each:
        return others
    return f"coalesce(nullif(list_filter([{each}], lambda s: s IS NOT NULL), []), {others})"
