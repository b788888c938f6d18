"""Typing of expressions: from the syntax tree to the typed form, with every name resolved and every conversion made.

Nothing is reported twice: an expression with a mistake has no typed form (None), which silences all that it is part of.
"""

from attrs import define, evolve, field

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.program.expressions import (
    And,
    Attribute,
    Constant,
    Expression,
    ItemAttribute,
    Known,
    Negate,
    Not,
    Now,
    Or,
    Parameter,
    Result,
    Today,
)
from dro_lang.program.types import (
    BooleanType,
    DecimalType,
    DurationType,
    IntegerType,
    ListType,
    MoneyType,
    Type,
)
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.modules import did_you_mean
from dro_lang.semantics.typing import calculation, comparisons, constants, functions, list_functions
from dro_lang.semantics.typing.durations import Requirement
from dro_lang.semantics.typing.literals import LITERALS, literal, negative
from dro_lang.semantics.typing.presence import NOTHING, Facts, shown
from dro_lang.semantics.typing.scope import Scope, Term
from dro_lang.semantics.typing.shapes import Info, Shape
from dro_lang.semantics.typing.words import declared, replace, type_words, unknown
from dro_lang.source import Span
from dro_lang.syntax import ast


@define(eq=False)
class Typing:
    """Types the expressions of one scope. `requirements` collects what they ask of parameters of type Duration."""

    lowering: Lowering
    scope: Scope
    requirements: list[Requirement] = field(factory=list)
    otherwise: str = ""
    """Added to the help for a value that may be unknown; `{}` stands for the value."""

    guard: Span | None = None
    """The condition at hand, before which `x is known and` could stand."""

    # ---- what others ask for

    def condition(self, node: ast.Expression, facts: Facts = NOTHING) -> Expression | None:
        """The typed form of a condition."""
        outer, self.guard = self.guard, node.span
        term = self._operand_of_condition(node, facts)
        self.guard = outer
        return None if term is None else term.expression

    def known(self, node: ast.Expression, facts: Facts, wanted: Type | None = None) -> Term | None:
        """The term of an expression whose value must be known where it stands (E0301)."""
        term = self.term(node, facts, wanted)
        if term is None or not term.optional or term.expression in facts:
            return term
        self.report(self._may_be_unknown(term))
        return None

    def term(self, node: ast.Expression, facts: Facts, wanted: Type | None = None) -> Term | None:
        """The term of any expression; `wanted` is the type by which a bare constant is looked up."""
        term = self._term(node, facts, wanted)
        if term is None:
            return None
        self.lowering.typed.expressions[node] = term.expression
        return evolve(term, node=node)

    def report(self, diagnostic: Diagnostic) -> None:
        self.lowering.report.append(diagnostic)

    def inside(self, function: str, elements: Shape) -> "Typing":
        """The typing of what stands inside a list function."""
        return Typing(self.lowering, self.scope.at_elements(function, elements), self.requirements, self.otherwise)

    # ---- every form

    def _term(self, node: ast.Expression, facts: Facts, wanted: Type | None) -> Term | None:
        match node:
            case ast.Parenthesized(inner=inner):
                outer, self.guard = self.guard, self.guard and inner.span
                term = self.term(inner, facts, wanted)
                self.guard = outer
                return term
            case ast.And(operands=operands):
                return self._joined(node, operands, facts)
            case ast.Or(operands=operands):
                return self._joined(node, operands, facts)
            case ast.Not(operand=operand):
                return self._not(node, operand, facts)
            case ast.Comparison():
                return comparisons.comparison(self, node, facts)
            case ast.Membership():
                return comparisons.membership(self, node, facts)
            case ast.Presence(operand=operand, negated=negated):
                return self._presence(node, operand, negated, facts)
            case ast.Binary():
                return calculation.arithmetic(self, node, facts)
            case ast.Signed(sign=sign, operand=operand):
                return self._signed(node, sign, operand, facts)
            case ast.Call():
                call = list_functions.call if list_functions.is_list_function(self, node) else functions.call
                return call(self, node, facts, wanted)
            case ast.Today():
                return Term(node, Today())
            case ast.Now():
                return Term(node, Now())
            case ast.NameReference(name=name):
                return self._name(node, name)
            case ast.ConstantReference():
                return constants.constant(self, node, wanted)
            case ast.ItemReference(name=name):
                return self.item_attribute(node, name)
            case ast.Member(owner=owner, name=name):
                return self._member(node, None, owner, name)
            case ast.QualifiedMember(group=group, step=step, name=name):
                return self._member(node, group, step, name)
            case _ if isinstance(node, LITERALS):
                constant = literal(node, self.lowering.report)
                return None if constant is None else Term(node, constant)
        raise TypeError(f"no typing for {type(node).__name__}")

    # ---- conditions

    def _joined(self, node: ast.And | ast.Or, operands: tuple[ast.Expression, ...], facts: Facts) -> Term | None:
        is_and = isinstance(node, ast.And)
        outer = self.guard
        expressions: list[Expression] = []
        sound = True
        for operand in operands:
            self.guard = operand.span if is_and and outer else None
            term = self._operand_of_condition(operand, facts)
            # The right side is looked at where the left one was true (`and`) or false (`or`).
            facts = facts | shown(None if term is None else term.expression, is_and)
            if term is None:
                sound = False
            else:
                expressions.append(term.expression)
        self.guard = outer
        if not sound:
            return None
        return Term(node, And(tuple(expressions)) if is_and else Or(tuple(expressions)))

    def _not(self, node: ast.Not, operand: ast.Expression, facts: Facts) -> Term | None:
        outer, self.guard = self.guard, None
        term = self._operand_of_condition(operand, facts)
        self.guard = outer
        return None if term is None else Term(node, Not(term.expression))

    def _operand_of_condition(self, node: ast.Expression, facts: Facts) -> Term | None:
        term = self.known(node, facts)
        if term is None or isinstance(term.type, BooleanType):
            return term
        self.report(
            diagnose(
                "E0201",
                node.span,
                f"`{term.text}` is {type_words(term.type)}, not a condition",
                *declared(term),
                help=f"compare it with something, or ask whether `{term.text} is known`"
                if term.optional
                else "compare it with something",
            )
        )
        return None

    def _presence(self, node: ast.Presence, operand: ast.Expression, negated: bool, facts: Facts) -> Term | None:
        term = self.term(operand, facts)
        if term is None:
            return None
        if isinstance(term.type, ListType):
            help = f"write `count({term.text}) = 0`" if negated else f"write `count({term.text}) > 0`"
            message = f"`{term.text}` is a list, which is always known, though it may be empty"
            self.report(diagnose("E0202", node.span, message, *declared(term), help=help))
            return None
        if not term.optional:
            outcome = "false" if negated else "true"
            self.report(
                diagnose(
                    "W2004",
                    node.span,
                    f"this is always {outcome}: `{term.text}` is always known",
                    *([(term.info.span, "not optional")] if term.info else []),
                    help="leave it out, or declare what it asks about as `optional`",
                )
            )
        known = Known(term.expression)
        return Term(node, Not(known) if negated else known)

    # ---- values

    def _signed(self, node: ast.Signed, sign: str, operand: ast.Expression, facts: Facts) -> Term | None:
        if isinstance(operand, LITERALS):
            constant = literal(node, self.lowering.report)
            if constant is not None:
                self.lowering.typed.expressions[operand] = constant if sign == "+" else negative(constant) or constant
                return Term(node, constant)
            return None
        term = self.known(operand, facts)
        if term is None:
            return None
        if not isinstance(term.type, IntegerType | DecimalType | MoneyType | DurationType):
            message = f"`{term.text}` is {type_words(term.type)}, which has no `{sign}`"
            self.report(diagnose("E0202", node.span, message, *declared(term)))
            return None
        if sign == "+":
            return term
        if isinstance(term.expression, Constant):
            constant = negative(term.expression)
            assert constant is not None
            return Term(node, constant)
        return Term(node, Negate(term.expression, term.type))

    def _name(self, node: ast.NameReference, name: str) -> Term | None:
        parameter = self.scope.parameters.get(name)
        if parameter is not None:
            definition = parameter.definition
            if definition is None:
                return None
            return Term(node, Parameter(name, definition.type), definition.optional, parameter)
        info = self.scope.root.attributes.get(name)
        if info is not None:
            definition = info.definition
            if definition is None:
                return None
            return Term(node, Attribute(name, definition.type), definition.optional, info)
        if self.scope.root.complete:
            self.report(self._unknown_name(node, name))
        return None

    def _unknown_name(self, node: ast.NameReference, name: str) -> Diagnostic:
        root, item = self.scope.root, self.scope.item
        known = [*self.scope.parameters, *root.attributes]
        if name not in known and item is not None and name in item.attributes:
            help, fix = f"write `item.{name}`: it is an attribute of `{item.name}`", replace(node.span, f"item.{name}")
            return diagnose("E0101", node.span, f"there is no `{name}` here", help=help, fixes=(fix,))
        message = f"there is no attribute `{name}` in `{root.name}`" if root.name else f"there is no `{name}` here"
        if self.stands_for_unknown(name):
            help = "whether something is known is asked with `is known` and `is unknown`"
            return diagnose("E0101", node.span, message, help=help)
        constant = constants.named(self, name)
        if constant is not None and did_you_mean(name, known) is None:
            help, fix = f"did you mean the constant `{constant}`?", replace(node.span, constant, Safety.UNSAFE)
            return diagnose("E0101", node.span, message, help=help, fixes=(fix,))
        return unknown(node.span, message, name, known, f"`{root.name}` has", none="there are no attributes here")

    def stands_for_unknown(self, name: str) -> bool:
        """Whether a name is none here, but what other languages write for an unknown value."""
        is_name = name in self.scope.parameters or name in self.scope.root.attributes
        return name in ("unknown", "null", "none", "nil") and self.scope.root.complete and not is_name

    def item_attribute(self, node: ast.Expression, name: ast.Name) -> Term | None:
        """An attribute of the item, or of the element at hand."""
        item = self.scope.item
        if item is None:
            message = f"there is no item here whose `{name.text}` could be meant"
            self.report(diagnose("E0504", node.span, message, help=self.scope.no_item))
            return None
        info = item.attributes.get(name.text)
        if info is not None:
            definition = info.definition
            if definition is None:
                return None
            return Term(node, ItemAttribute(name.text, definition.type), definition.optional, info)
        if item.complete:
            message = f"there is no attribute `{name.text}` in `{item.name}`"
            self.report(unknown(name.span, message, name.text, item.attributes, f"`{item.name}` has"))
        return None

    def _member(
        self, node: ast.Member | ast.QualifiedMember, group: ast.Name | None, step: ast.Name, name: ast.Name
    ) -> Term | None:
        info = self.scope.root.attributes.get(step.text) if group is None else None
        if info is not None and (self.scope.results is None or not self.scope.results.has_step(step.text)):
            if info.definition is None:
                return None
            self.report(_no_parts(node, info, step, name))
            return None
        if self.scope.results is None:
            message = f"the result `{name.text}` of the step `{step.text}` cannot be read here"
            help = "results are read by steps that wait for the step"
            self.report(diagnose("E0210", node.span, message, help=help))
            return None
        found = self.scope.results.read(node, group, step, name)
        if found is None:
            return None
        info, instance, optional = found
        assert info.definition is not None
        return Term(node, Result(instance, step.text, name.text, info.definition.type), optional, info)

    # ---- presence

    def _may_be_unknown(self, term: Term) -> Diagnostic:
        text = term.text
        if term.info is not None:
            message = f"`{text}` may be unknown here"
        elif isinstance(term.node, ast.Binary):
            message = f"`{text}` is unknown where the divisor is zero"
        else:
            message = f"`{text}` may be unknown: it is, where there are no elements"
        labels = []
        if term.info is not None and term.info.definition is not None:
            is_optional = term.info.definition.optional
            labels = [(term.info.span, "optional" if is_optional else "only known if the step was completed")]
        fixes: tuple[Fix, ...] = ()
        if self.guard is not None:
            edit = Edit(Span(self.guard.source, self.guard.start, self.guard.start), f"{text} is known and ")
            fixes = (Fix(f"ask first whether `{text} is known`", (edit,), Safety.UNSAFE),)
        if self.guard is None:
            help = f"write `default({text}, ...)`{self.otherwise.format(text)}"
        else:
            help = f"write `{text} is known and ...`, or `default({text}, ...)`"
        return diagnose("E0301", term.span, message, *labels, help=help, fixes=fixes)


def _no_parts(node: ast.Expression, info: Info, owner: ast.Name, name: ast.Name) -> Diagnostic:
    assert info.definition is not None
    if isinstance(info.definition.type, ListType):
        message = f"`{owner.text}` is a list: it has no `{name.text}` of its own"
        help = f"write `sum({owner.text}.{name.text})`, or `any({owner.text} where item.{name.text} ...)`"
    else:
        message = f"`{owner.text}` is {type_words(info.definition.type)}: it has no `{name.text}`"
        help = "results of steps are written `step.result`"
    return diagnose("E0101", node.span, message, (info.span, "declared here"), help=help)
