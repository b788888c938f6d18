"""When the scenarios of a plan match, as conditions."""

from collections.abc import Collection, Iterator, Mapping

from dro_lang.conditions.normal import Normal, Truth, all_of, complement, normalize
from dro_lang.program.model import Plan, Scenario


def own_condition(scenario: Scenario) -> Normal:
    """When the `when` of a scenario holds, whatever becomes of the others."""
    return Truth(True) if scenario.when is None else normalize(scenario.when)


def matching(plan: Plan) -> Mapping[str, Normal]:
    """When each scenario of a plan matches, as one condition: with its `unless`, and what `otherwise` leaves to it."""
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}
    conditions: dict[str, Normal] = {}
    failing = {name: complement(own_condition(scenario)) for name, scenario in scenarios.items()}

    def condition(scenario: Scenario) -> Normal:
        if scenario.name not in conditions:
            conditions[scenario.name] = all_of((own_condition(scenario), *without(scenario.unless)))
        return conditions[scenario.name]

    def without(names: Collection[str]) -> Iterator[Normal]:
        """That none of these matches. Of one whose own exceptions are all among them, it is enough to say that its own
        condition does not hold, which keeps the formulas of long chains of `unless` short."""
        for name in names:
            other = scenarios[name]
            yield failing[name] if set(other.unless) <= set(names) else complement(condition(other))

    others = [scenario.name for scenario in plan.scenarios if not scenario.otherwise]
    return {
        scenario.name: all_of(without(others)) if scenario.otherwise else condition(scenario)
        for scenario in plan.scenarios
    }
