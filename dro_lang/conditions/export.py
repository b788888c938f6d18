"""The scenarios of a plan as data of the business-rules library, for tools that read it."""

from dro_lang.conditions.matching import matching
from dro_lang.conditions.rule_types import TYPES, Json
from dro_lang.conditions.rules import lower_normal
from dro_lang.program.model import Plan, Policy

ACTION = "run_scenario"


def export(plan: Plan) -> dict[str, Json]:
    """Everything that the library's `run_all` and its editors take: `rules` in order of writing (each matches exactly
    where its scenario does, `unless` and `otherwise` included), `stop_on_first_trigger`, and in the shape of
    `export_rule_data` the `variables`, `actions` and `variable_type_operators` (with the language's own types)."""
    rules = {name: lower_normal(condition) for name, condition in matching(plan).items()}
    variables = {variable.name: variable for rule in rules.values() for variable in rule.variables}
    names: list[Json] = list(rules)
    return {
        "rules": [
            {"conditions": rule.tree, "actions": [{"name": ACTION, "params": {"scenario": name}}]}
            for name, rule in rules.items()
        ],
        "stop_on_first_trigger": plan.policy is Policy.FIRST_MATCHING,
        "variables": [
            {"name": variable.name, "label": variable.name, "field_type": variable.type, "options": []}
            for variable in variables.values()
        ],
        "actions": [
            {
                "name": ACTION,
                "label": "Run scenario",
                "params": [{"name": "scenario", "label": "Scenario", "fieldType": "select", "options": names}],
            }
        ],
        "variable_type_operators": {name: kind.get_all_operators() for name, kind in TYPES.items()},
    }
