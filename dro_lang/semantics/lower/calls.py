"""Calls of groups, and arguments of actions and integrations."""

from collections.abc import Iterable, Mapping

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program import model
from dro_lang.program.expressions import Constant, Expression, Parameter
from dro_lang.program.types import DurationType, DurationUnit
from dro_lang.semantics.lower.lowering import Lowering, PassedDuration
from dro_lang.semantics.modules import Module
from dro_lang.semantics.typing.durations import WHOLE_DAYS, Requirement, open_sources
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.presence import Facts
from dro_lang.semantics.typing.shapes import Info
from dro_lang.semantics.typing.slots import fill, is_required, missing
from dro_lang.semantics.typing.words import listed, type_words, unknown
from dro_lang.source import Span
from dro_lang.syntax import ast
from dro_lang.syntax.walk import walk


def group_call(
    typing: Typing, module: Module, node: ast.GroupCall, facts: Facts, caller: ast.Group | None = None
) -> model.GroupCall | None:
    """The typed form of a call, with the arguments that have no mistake; None where there is no such group."""
    lowering = typing.lowering
    group = lowering.find(module, node.group, ast.Group)
    if group is None:
        for argument in node.arguments:
            if not isinstance(argument.value, ast.Unknown | ast.Array | ast.Object | ast.ConstantReference):
                typing.term(argument.value, facts)
        return None
    lowering.typed.called[node] = group
    parameters = lowering.headers[group].parameters
    values = _named(typing, node.arguments, parameters, facts, "E0203", f"group `{group.name.text}`", group)
    for argument in node.arguments:
        value = values.get(argument.name.text)
        if value is not None and isinstance(value.type, DurationType):
            lowering.passed.append(PassedDuration(caller, group, argument.name.text, value, argument.value.span))
    given = {argument.name.text for argument in node.arguments}
    defaults = {parameter.name.text for parameter in group.parameters if parameter.default is not None}
    absent = missing(given, parameters, lambda info: is_required(info) and info.name not in defaults)
    if absent:
        labels = [(parameters[name].span, "without a default") for name in absent]
        written = ", ".join(f"{name}: ..." for name in absent)
        message = f"group `{group.name.text}` needs {listed(absent)}"
        typing.report(diagnose("E0203", node.span, message, *labels, help=f"write `{group.name.text}({written})`"))
    for name, info in parameters.items():
        if name not in given and name not in defaults and info.definition and info.definition.optional:
            values[name] = Constant(None, info.definition.type)
    arguments = tuple(model.Argument(name, values[name]) for name in parameters if name in values)
    call = model.GroupCall(group.name.text, arguments, node.alias.text if node.alias else None)
    lowering.typed.calls[node] = call
    return call


def arguments_of(
    typing: Typing, node: ast.Object | None, step: ast.Step, target: ast.Action | ast.Integration, facts: Facts
) -> tuple[model.Argument, ...]:
    """What an auto or callout hands over, in the order of the signature, as far as it has no mistake."""
    takes = typing.lowering.signatures[target].takes
    fields = node.fields if node else ()
    values = _named(typing, fields, takes, facts, "E0204", f"`{target.name.text}`", target)
    absent = missing((field.name.text for field in fields), takes, is_required)
    if absent:
        message = f"step `{step.name.text}` does not hand over {listed(absent)}, which `{target.name.text}` needs"
        labels = [(takes[name].span, "not optional") for name in absent]
        written = ", ".join(f"{name}: ..." for name in absent)
        help = f"write `with {{ {written} }}`" if node is None else f"add `{written}`"
        place = node.span if node is not None else step.name.span
        typing.report(diagnose("E0204", place, message, *labels, help=help))
    return tuple(model.Argument(name, values[name]) for name in takes if name in values)


def _named(
    typing: Typing,
    nodes: "Iterable[ast.Argument | ast.Field]",
    slots: Mapping[str, Info],
    facts: Facts,
    code: str,
    whose: str,
    declaration: ast.NamedDeclaration,
) -> dict[str, Expression]:
    """Values by the names of their slots; unknown and repeated names are reported."""
    values: dict[str, Expression] = {}
    seen: dict[str, Span] = {}
    for node in nodes:
        name = node.name.text
        slot = slots.get(name)
        if name in seen:
            labels = [(seen[name], "first given here")]
            typing.report(diagnose(code, node.name.span, f"`{name}` is given twice", *labels, help="keep one of them"))
            continue
        seen[name] = node.name.span
        if slot is None:
            refused = typing.lowering.refused
            key = id(declaration), name if slots else ""  # who takes nothing at all says so once
            told = _is_missed(declaration, name, typing.lowering) or key in refused
            if not typing.lowering.is_broken(declaration) and not told:
                refused.add(key)
                free = [other for other in slots if other not in seen]
                labels = [(declaration.name.span, "declared here")]
                message = f"{whose} takes no `{name}`"
                typing.report(unknown(node.name.span, message, name, free, "it takes", *labels, code=code))
            continue
        value = fill(typing, slot, node.value, facts, code)
        if value is not None:
            values[name] = value
    return values


def _is_missed(declaration: ast.NamedDeclaration, name: str, lowering: Lowering) -> bool:
    """Whether a group uses a parameter that it does not declare: that is reported in the group, and calls hand over
    what its author meant."""
    if not isinstance(declaration, ast.Group):
        return False
    context = lowering.headers[declaration].context
    return name not in context.attributes and any(
        isinstance(node, ast.NameReference) and node.name == name for node in walk(declaration)
    )


def check_durations(lowering: Lowering) -> None:
    """Hold every duration that a group is called with against what the group does with it.

    A parameter that is handed on to another group asks for what that group asks.
    """
    asked: dict[tuple[int, str], list[Requirement]] = {}
    for group, header in lowering.headers.items():
        for requirement in header.requirements:
            asked.setdefault((id(group), requirement.parameter), []).append(requirement)
    grown = True
    while grown:
        grown = False
        for passed in lowering.passed:
            for source in open_sources(passed.value):
                if isinstance(source, Parameter) and passed.caller is not None:
                    ours = asked.setdefault((id(passed.caller), source.name), [])
                    theirs = asked.get((id(passed.called), passed.parameter), [])
                    new = [each for each in theirs if all(each.span != our.span for our in ours)]
                    ours.extend(new)
                    grown = grown or bool(new)
    for passed in lowering.passed:
        for requirement in asked.get((id(passed.called), passed.parameter), []):
            if not _meets(passed, requirement):
                _report_unit(lowering, passed, requirement)
                break


def _meets(passed: PassedDuration, requirement: Requirement) -> bool:
    assert isinstance(passed.value.type, DurationType)
    unit = passed.value.type.unit
    if unit is not DurationUnit.ANY:
        return unit in requirement.units
    # What a parameter holds is looked at where its own group is called; what data holds, nobody knows.
    is_data = any(not isinstance(source, Parameter) for source in open_sources(passed.value))
    return not (is_data and requirement.units == WHOLE_DAYS)


def _report_unit(lowering: Lowering, passed: PassedDuration, requirement: Requirement) -> None:
    assert isinstance(passed.value.type, DurationType)
    is_any = passed.value.type.unit is DurationUnit.ANY
    what = "may hold hours" if is_any else f"is {type_words(passed.value.type)}"
    lowering.report.append(
        diagnose(
            requirement.code,
            passed.span,
            f"`{passed.span.text}` {what}, which `{passed.parameter}` cannot be in this group",
            (requirement.span, requirement.why),
            help=_HELP[requirement.code],
        )
    )


_HELP = {
    "E0304": "count both in business days, or neither",
    "E0306": "hand over days or business days",
}
