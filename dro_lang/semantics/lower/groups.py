"""Lowering of groups: first what they are called with and what their steps give, then the steps."""

from attrs import evolve

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program import model
from dro_lang.program.types import DurationType
from dro_lang.semantics.lower.clauses import StepLowering
from dro_lang.semantics.lower.lowering import Header, Lowering, PassedDuration
from dro_lang.semantics.lower.steps import clause
from dro_lang.semantics.lower.vocabulary import doc, shape_of
from dro_lang.semantics.lower.waiting import Waiting
from dro_lang.semantics.modules import Module
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.presence import NOTHING
from dro_lang.semantics.typing.scope import Scope
from dro_lang.semantics.typing.shapes import Info, Shape
from dro_lang.semantics.typing.slots import fill
from dro_lang.semantics.typing.types import Place, attributes, define
from dro_lang.syntax import ast


def declare(lowering: Lowering, module: Module, group: ast.Group) -> None:
    """What other declarations need to know of a group."""
    context = shape_of(lowering, module, group.context)
    parameters = _parameters(lowering, module, group, context)
    lowering.headers[group] = Header(module, context, parameters)
    lowering.duplicates([(step.name.text, step.name.span) for step in group.steps], "step")
    for step in group.steps:
        _gives(lowering, module, step)
        after = clause(step, ast.After)
        for wait in after.dependencies if after else ():
            if any(outcome.text == model.Outcome.FAILED for outcome in wait.outcomes):
                lowering.failing.add(wait.step.step.text)


def _parameters(lowering: Lowering, module: Module, group: ast.Group, context: Shape) -> dict[str, Info]:
    infos: dict[str, Info] = {}
    lowering.duplicates([(each.name.text, each.name.span) for each in group.parameters], "parameter")
    for node in group.parameters:
        info = define(lowering, module, node, Place.SIGNATURE)
        attribute = context.attributes.get(info.name)
        if attribute is not None:
            message = f"parameter `{info.name}` has the name of an attribute of `{context.name}`"
            labels = [(attribute.span, "the attribute")]
            lowering.report.append(diagnose("E0102", node.name.span, message, *labels, help="rename the parameter"))
            info = Info(info.name, info.span, None)
        infos.setdefault(info.name, info)
    return infos


def _gives(lowering: Lowering, module: Module, step: ast.Step) -> None:
    written = clause(step, ast.Gives)
    own = attributes(lowering, module, written.attributes, Place.SIGNATURE, "result") if written else {}
    if step.kind.name == "manual":
        lowering.gives[step] = own
    elif step.kind.target is not None:
        target = target_of(lowering, module, step)
        if target is not None:
            lowering.gives[step] = lowering.signatures[target].gives


def target_of(lowering: Lowering, module: Module, step: ast.Step) -> ast.Action | ast.Integration | None:
    """What an auto or callout calls. Says nothing where that is not known: `lower` does."""
    name = step.kind.target
    symbol = lowering.world.names[module.path].get(name.text) if name else None
    declaration = symbol.declaration if symbol else None
    wanted = ast.Action if step.kind.name == "auto" else ast.Integration
    return declaration if isinstance(declaration, wanted) else None


def lower(lowering: Lowering, module: Module, group: ast.Group) -> None:
    """The typed form of a group and its steps."""
    header = lowering.headers[group]
    typing = Typing(lowering, Scope(module, header.context), header.requirements)
    parameters = []
    for node in group.parameters:
        info = header.parameters[node.name.text]
        default = None
        if node.default is not None:
            default = fill(typing, info, node.default, NOTHING, "E0203")
            if default is not None and isinstance(default.type, DurationType):
                lowering.passed.append(PassedDuration(None, group, info.name, default, node.default.span))
        if info.definition is not None and (default is not None or node.default is None):
            definition = evolve(info.definition, default=default)
            lowering.typed.attributes[node] = definition
            parameters.append(definition)
    waiting = Waiting(lowering, group)
    steps = []
    for step in group.steps:
        lowered = StepLowering(lowering, module, group, step, waiting).lower()
        lowering.typed.steps[step] = lowered
        steps.append(lowered)
    lowering.typed.groups[group] = model.Group(
        group.name.text,
        group.context.text,
        tuple(parameters),
        group.usage.text if group.usage else None,
        tuple(steps),
        doc(group),
    )
    if group.usage is not None:
        lowering.find(module, group.usage, ast.UsageType)
