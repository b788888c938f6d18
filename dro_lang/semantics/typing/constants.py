"""Constants of enums: a bare constant takes its meaning from the type that is wanted where it stands."""

from typing import TYPE_CHECKING

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program.expressions import Constant
from dro_lang.program.types import EnumType, IdType, TextType, Type
from dro_lang.semantics.typing.scope import Term
from dro_lang.semantics.typing.words import replace, type_words, unknown
from dro_lang.syntax import ast

if TYPE_CHECKING:
    from dro_lang.semantics.typing.expressions import Typing


def constant(typing: "Typing", node: ast.ConstantReference, wanted: Type | None) -> Term | None:
    """The constant that a capital name stands for; None after E0101 (there is none) or E0201 (of another type)."""
    if isinstance(wanted, EnumType):
        return _of_enum(typing, node, wanted)
    owners = _owners(typing, node.name)
    if wanted is None and len(owners) == 1:
        return Term(node, Constant(node.name, EnumType(owners[0])))
    if wanted is None and owners:
        choices = " and ".join(f"`{owner}`" for owner in owners)
        message = f"`{node.name}` is a constant of {choices}, and nothing here says which is meant"
        typing.report(diagnose("E0201", node.span, message, help="compare it with an attribute of one of them"))
    elif owners:
        assert wanted is not None
        message = f"`{node.name}` is a constant of `{owners[0]}`, where {type_words(wanted)} is wanted"
        typing.report(diagnose("E0201", node.span, message))
    elif node.name.lower() in ("true", "false"):
        better = node.name.lower()
        message, fix = f"there is no constant `{node.name}`", replace(node.span, better)
        typing.report(diagnose("E0101", node.span, message, help=f"write `{better}`", fixes=(fix,)))
    elif not _may_be_broken(typing, node.name):
        message, is_text = f"there is no constant `{node.name}`", isinstance(wanted, TextType | IdType)
        none = f'a text stands in quotes: `"{node.name}"`' if is_text else "constants are declared in an `enum`"
        typing.report(unknown(node.span, message, node.name, () if is_text else _all(typing), "there are", none=none))
    return None


def named(typing: "Typing", name: str) -> str | None:
    """The constant that somebody who wrote a lower-case name may have meant."""
    return next((each for each in _all(typing) if each.lower() == name.lower()), None)


def _of_enum(typing: "Typing", node: ast.ConstantReference, wanted: EnumType) -> Term | None:
    enums = typing.lowering.enums.get(wanted.name, [])
    names = [each.name for enum in enums for each in enum.constants]
    if node.name in names:
        return Term(node, Constant(node.name, wanted))
    if _may_be_broken(typing, wanted.name):
        return None
    owners = _owners(typing, node.name)
    if owners:
        message = f"`{node.name}` is a constant of `{owners[0]}`, where one of `{wanted.name}` is wanted"
        code = "E0201"
    else:
        message, code = f"`{wanted.name}` has no constant `{node.name}`", "E0101"
    typing.report(unknown(node.span, message, node.name, names, f"`{wanted.name}` has", code=code))
    return None


def _visible(typing: "Typing") -> dict[str, list[str]]:
    """The constants by enum: of enums that the module sees, and of those that the context's attributes are of."""
    lowering, scope = typing.lowering, typing.scope
    names = dict.fromkeys(lowering.world.visible(scope.module, ast.Enum))
    for shape in (scope.root, scope.item):
        for info in () if shape is None else shape.attributes.values():
            if info.definition is not None and isinstance(info.definition.type, EnumType):
                names[info.definition.type.name] = None
    return {name: [c.name for enum in lowering.enums.get(name, []) for c in enum.constants] for name in names}


def _owners(typing: "Typing", constant: str) -> list[str]:
    return [name for name, constants in _visible(typing).items() if constant in constants]


def _all(typing: "Typing") -> list[str]:
    return [constant for constants in _visible(typing).values() for constant in constants]


def _may_be_broken(typing: "Typing", name: str) -> bool:
    """Whether an enum of that name, or a declaration which it may stand for, has lost a part to the parser."""
    modules = typing.lowering.world.modules.values()
    enums = {each.name.text for _, each in typing.lowering.world.declarations(ast.Enum)}
    return any(name in module.broken or module.broken & enums for module in modules)
