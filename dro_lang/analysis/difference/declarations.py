"""Declarations clause by clause: what each says, as text, and where two versions of it differ."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dro_lang.analysis.difference.model import Edit
from dro_lang.program.clauses import assigned, called, definition, duration, level, retried
from dro_lang.program.model import (
    AttributeDefinition,
    JoinedItems,
    NestedItems,
    Plan,
    Policy,
    Program,
    RuleTarget,
    Scenario,
    SourceField,
)
from dro_lang.program.render import render

Clauses = Mapping[str, str]
"""What a declaration says, clause by clause."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def edits(kind: str, name: str, before: Clauses | None, after: Clauses | None) -> Iterator[Edit]:
    """How two versions of a declaration differ; None where there is none."""
    if before is None or after is None:
        yield Edit(kind, name, "", None if before is None else told(before), None if after is None else told(after))
        return
    for aspect in dict.fromkeys((*before, *after)):
        if before.get(aspect) != after.get(aspect):
            yield Edit(kind, name, aspect, before.get(aspect), after.get(aspect))


def told(clauses: Clauses) -> str:
    """All clauses in a line."""
    return ", ".join(text if aspect == "kind" else f"{aspect} {text}" for aspect, text in clauses.items())


def plan_edits(old: Plan, new: Plan, renamed: Mapping[str, str]) -> Iterator[Edit]:
    """How two versions of a plan differ in their own clauses, and in those of their scenarios."""
    yield from edits("plan", new.name, plan_clauses(old), plan_clauses(new))
    after = {scenario.name: scenario for scenario in new.scenarios}
    seen = set()
    for scenario in old.scenarios:
        name = renamed.get(scenario.name, scenario.name)
        seen.add(name)
        there = after.get(name)
        yield from edits(
            "scenario", name, scenario_clauses(scenario, renamed), None if there is None else scenario_clauses(there)
        )
    for scenario in new.scenarios:
        if scenario.name not in seen:
            yield from edits("scenario", scenario.name, None, scenario_clauses(scenario))
    kept = [renamed.get(scenario.name, scenario.name) for scenario in old.scenarios]
    order = [name for name in kept if name in after]
    now = [name for name in after if name in set(order)]
    if order != now and new.policy is not Policy.EXACTLY_ONE:
        yield Edit("plan", new.name, "order of scenarios", ", ".join(order), ", ".join(now))


def plan_clauses(plan: Plan) -> Clauses:
    found = {
        "for": plan.context,
        "usage": plan.usage,
        "mapping": plan.mapping,
        "version": str(plan.version),
        "calendar": plan.calendar or "",
        "timezone": plan.timezone,
        "priority": plan.priority,
        "choose": plan.policy,
    }
    found |= {f"fallout for {_target(rule.target)}": f"retry {retried(rule.retry)}" for rule in plan.fallout}
    found |= {f"service level for {_target(rule.target)}": level(rule.level) for rule in plan.service_levels}
    return {aspect: str(text) for aspect, text in found.items() if text}


def _target(target: RuleTarget) -> str:
    code = f' on "{target.error_code}"' if target.error_code else ""
    return f"{target.kind}{f' {target.target}' if target.target else ''}{code}"


def scenario_clauses(scenario: Scenario, renamed: Mapping[str, str] | None = None) -> Clauses:
    names = renamed or {}
    found = {
        "usage": scenario.usage or "",
        "when": "" if scenario.when is None else render(scenario.when),
        "otherwise": "yes" if scenario.otherwise else "",
        "unless": ", ".join(names.get(name, name) for name in scenario.unless),
        "run": ", ".join(map(called, scenario.runs)),
    }
    return {aspect: text for aspect, text in found.items() if text}


def _attributes(attributes: Iterable[AttributeDefinition]) -> Clauses:
    return {attribute.name: definition(attribute).partition(" : ")[2] for attribute in attributes}


def _sources(sources: Iterable[SourceField], prefix: str = "") -> dict[str, str]:
    return {f"{prefix}{source.attribute}": f'from "{source.path}"' for source in sources}


def _mapping(mapping: Any) -> Clauses:
    found = {"for": mapping.context, "usage": mapping.usage, "object": f'"{mapping.object}"'}
    found |= _sources(mapping.sources)
    match mapping.items:
        case NestedItems(field, sources):
            found |= {"items": f'in "{field}"', **_sources(sources, "items.")}
        case JoinedItems(object_, key, sources):
            found |= {"items": f'of "{object_}" by "{key}"', **_sources(sources, "items.")}
    return found


def _routing(routing: Any) -> Clauses:
    routes = "; ".join(f"when {render(route.when)} assign {assigned(route.assignment)}" for route in routing.routes)
    return {"for": routing.context, "routes": routes, "otherwise": assigned(routing.otherwise)}


def _signature(called: Any) -> dict[str, str]:
    takes = {f"takes {name}": text for name, text in _attributes(called.takes).items()}
    return takes | {f"gives {name}": text for name, text in _attributes(called.gives).items()}


def _integration(integration: Any) -> Clauses:
    timeout = {} if integration.timeout is None else {"timeout": duration(integration.timeout)}
    return {**_signature(integration), "answers": "later" if integration.asynchronous else "at once", **timeout}


def _group(group: Any) -> Clauses:
    found = {"for": group.context, "usage": group.usage or ""}
    found |= {f"parameter {name}": text for name, text in _attributes(group.parameters).items()}
    return {aspect: text for aspect, text in found.items() if text}


_KINDS: Mapping[str, tuple[str, Callable[[Any], Clauses]]] = {
    "usage": ("usages", lambda usage: {"scopes": ", ".join(usage.scopes)}),
    "enum": ("enums", lambda enum: {each.name: f'"{each.text}"' for each in enum.constants}),
    "record": ("records", lambda record: _attributes(record.attributes)),
    "context": ("contexts", lambda context: _attributes(context.attributes)),
    "mapping": ("mappings", _mapping),
    "queue": ("queues", lambda queue: {"label": f'"{queue.label}"'}),
    "calendar": (
        "calendars",
        lambda calendar: {
            "weekend": ", ".join(_WEEKDAYS[number] for number in calendar.weekend),
            "holidays": calendar.holidays or "none",
        },
    ),
    "routing": ("routings", _routing),
    "action": ("actions", _signature),
    "integration": ("integrations", _integration),
    "group": ("groups", _group),
}


def declaration_edits(old: Program, new: Program) -> Iterator[Edit]:
    """How the declarations of two programs differ, plans and the steps of groups apart."""
    for kind, (held, clauses_of) in _KINDS.items():
        before, after = getattr(old, held), getattr(new, held)
        for name in dict.fromkeys((*before, *after)):
            yield from edits(
                kind,
                name,
                clauses_of(before[name]) if name in before else None,
                clauses_of(after[name]) if name in after else None,
            )
