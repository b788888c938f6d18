"""The selection of a plan with many scenarios as SQL: what a record gets is looked up in tables."""

from collections.abc import Mapping

from dro_lang.conditions.columnar.cases import CLASS, NEVER, Chosen
from dro_lang.conditions.columnar.expressions import Scope
from dro_lang.conditions.columnar.formulas import formula
from dro_lang.conditions.columnar.helpers import Helpers
from dro_lang.conditions.columnar.regions import entry, tables_of
from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.conditions.normal import Normal
from dro_lang.program.model import Plan, Policy


def looked_up(
    plan: Plan,
    conditions: Mapping[str, Normal],
    last: list[str],
    scope: Scope,
    helpers: Helpers,
    first: bool,
    name_type: str,
) -> Chosen | None:
    """What a record gets, by what the tables tell, and by what is left to the conditions that they do not tell of;
    `first` says that the first scenario that matches is it. None where tables do not pay."""
    tables = tables_of(tuple(conditions.values()), scope)
    if tables is None or (tables.open and not first):
        return None
    names = tuple(conditions)
    open = {place: formula(conditions[names[place]], scope, helpers) for place in tables.open}
    held = [[place for place in range(len(names)) if mask >> place & 1] for mask in tables.classes.held]
    if plan.policy is Policy.EVERY_MATCHING:
        lists = ([names[place] for place in places] or last for places in held)
        entries = (f"[{', '.join(map(text_literal, each))}]" if each else "NULL" for each in lists)
        return Chosen(f"([{', '.join(entries)}])[{CLASS} + 1]", NEVER, True, tables.classes.number)
    number = entry([places[0] if places else len(names) for places in held], CLASS)
    texts = ", ".join([*map(text_literal, names), text_literal(last[0]) if last else "NULL"])
    scenario = f"CAST([{texts}] AS {name_type}[])[{number} + 1]"
    if open:
        each = {place: f"CAST({text_literal(names[place])} AS {name_type})" for place in open}
        cases = " ".join(f"WHEN {number} > {place} AND {test} THEN {each[place]}" for place, test in open.items())
        scenario = f"CASE {cases} ELSE {scenario} END"
    if first:
        return Chosen(scenario, NEVER, class_=tables.classes.number)
    several = entry([len(places) > 1 or (not places and len(last) > 1) for places in held], CLASS)
    return Chosen(scenario, f"{several} > 0", class_=tables.classes.number)
