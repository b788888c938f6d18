"""Other engines on the workload, each in the fastest way that its documentation shows. They come with `drolang[bench]`.

Each function gives what makes a record ready, outside of what is timed, and what names its first matching scenario.
"""

from collections.abc import Callable
from typing import Any

from workload import Joined, plain, rule, ternary

Engine = tuple[Callable[[dict[str, Any]], Any], Callable[[Any], str]]


def business_rules(scenarios: list[Joined]) -> Engine:
    """The library that drolang has its reference from: rules as JSON, variables as methods of an object."""
    from business_rules import run_all
    from business_rules.actions import BaseActions, rule_action
    from business_rules.variables import (
        BaseVariables,
        boolean_rule_variable,
        numeric_rule_variable,
        string_rule_variable,
    )

    kinds = {bool: boolean_rule_variable, str: string_rule_variable, int: numeric_rule_variable}
    example = {
        **dict.fromkeys(("risk", "region", "channel"), str),
        **dict.fromkeys(("disputed", "vip", "promised"), bool),
    }
    numbers = ("balance", "limit", "rate", "days_late", "score", "due_date", "promised_on")
    example.update(dict.fromkeys(numbers, int))

    def variable(name: str) -> Any:
        return kinds[example[name]]()(lambda self: self.record[name])

    class Account(BaseVariables):  # type: ignore[misc]
        def __init__(self, record: dict[str, Any]) -> None:
            self.record = record

    for name in example:
        method = variable(name)
        method.__name__ = name
        setattr(Account, name, method)

    class Found(BaseActions):  # type: ignore[misc]
        def __init__(self) -> None:
            self.name = "rest"

    def take(number: int) -> Any:
        def action(self: Found) -> None:
            self.name = f"s{number}"

        return rule_action(params={})(action)

    for number in range(len(scenarios)):
        setattr(Found, f"take_s{number}", take(number))
    rules = [
        {"conditions": rule(each), "actions": [{"name": f"take_s{number}", "params": {}}]}
        for number, each in enumerate(scenarios)
    ]

    def choose(account: Any) -> str:
        found = Found()
        run_all(rules, account, found, stop_on_first_trigger=True)
        return found.name

    return lambda record: Account(plain(record)), choose


def zen(scenarios: list[Joined]) -> Engine:
    """zen-engine: one expression of nested conditionals, compiled."""
    from zen import compile_expression

    words = {"and": "and", "or": "or", "not": "not "}
    return plain, compile_expression(ternary(scenarios, words)).evaluate


def cel_rust(scenarios: list[Joined]) -> Engine:
    """common-expression-language: CEL in Rust, compiled."""
    import cel

    words = {"and": "&&", "or": "||", "not": "!"}
    return plain, cel.compile(ternary(scenarios, words)).execute


def cel_python(scenarios: list[Joined]) -> Engine:
    """cel-python: CEL in Python, compiled, over values of its own types."""
    import celpy

    words = {"and": "&&", "or": "||", "not": "!"}
    environment = celpy.Environment()
    evaluate = environment.program(environment.compile(ternary(scenarios, words))).evaluate
    return lambda record: celpy.json_to_cel(plain(record)), lambda activation: str(evaluate(activation))


PEERS = {
    "business-rules": business_rules,
    "zen-engine": zen,
    "common-expression-language": cel_rust,
    "cel-python": cel_python,
}
"""By the names of their packages."""
