"""A formula in plainer words, leaf by leaf."""

from attrs import define, field

from dro_lang.analysis.solver.plain.counts import as_counts
from dro_lang.analysis.solver.plain.intervals import as_intervals
from dro_lang.analysis.solver.plain.leaves import accepts, condition_of, replaced, terms_of
from dro_lang.analysis.solver.plain.texts import Texts, with_texts
from dro_lang.analysis.solver.presence import with_known_attributes
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import (
    All,
    Any,
    Flag,
    Membership,
    Normal,
    Presence,
    Range,
    Relation,
    Truth,
    all_of,
    any_of,
    normalize,
)
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import (
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Constant,
    Expression,
    Function,
    Known,
    Not,
    Parameter,
    Result,
    Today,
    operands,
    walk,
    with_operands,
)
from dro_lang.program.types import IdType, TextType

_DEFAULTS = 4
"""`default` in one leaf, beyond which it stays: each doubles the leaf."""


@define
class Plainer:
    """Puts formulas about records of one context in plainer words. Leaves are shared by formulas, and put once."""

    records: Records
    texts: Texts = field(factory=dict)
    """Tests of texts in all formulas of which something is asked together."""

    _environment: Environment = field(init=False)
    _put: dict[Normal, Normal] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._environment = self.records.environment({}, A_DAY)

    def formula(self, formula: Normal) -> Normal:
        """The formula, as it holds for the same records."""
        match formula:
            case Truth():
                return formula
            case Relation(_, Attribute(), Constant(str())) | Membership(Attribute(type=TextType() | IdType())):
                return with_texts(formula, self.texts, self._environment)
            case All(parts):
                return all_of(map(self.formula, parts))
            case Any(parts):
                return any_of(map(self.formula, parts))
            case Flag(Attribute() | Parameter() | Result()) | Presence(Attribute() | Parameter() | Result()):
                return formula
            case Relation(_, Attribute() | Today(), Constant()) | Range(Attribute()) | Membership(Attribute()):
                return formula
        if formula not in self._put:
            self._put[formula] = self._plainer(formula)
        return self._put[formula]

    def _plainer(self, leaf: Normal) -> Normal:
        counted = as_counts(leaf, self.records)
        if counted is not None:
            return counted
        told = with_texts(leaf, self.texts, self._environment)
        if told is not leaf:
            return told
        if isinstance(leaf, Flag | Relation | Range | Membership):
            split = self._without_default(leaf)
            if split is not None:
                return split
            decided = self._decided(leaf)
            if decided is not None:
                return decided
            spans = as_intervals(leaf, self.records.domains, self._environment)
            if spans is not None:
                return spans
        if isinstance(leaf, Relation):
            return Relation(leaf.operator, _ordered(leaf.left), _ordered(leaf.right))
        return leaf

    def _without_default(self, leaf: Flag | Relation | Range | Membership) -> Normal | None:
        """A leaf with `default(x, value)`: what it asks with x where that is known, and with the value where not."""
        defaults = {
            part
            for term in terms_of(leaf)
            for part in walk(term)
            if isinstance(part, Call) and part.function is Function.DEFAULT
        }
        if not 1 <= len(defaults) <= _DEFAULTS:
            return None
        default = min(defaults, key=lambda each: (len(list(walk(each))), repr(each)))
        value, otherwise = default.arguments
        condition = condition_of(leaf)
        return any_of(
            (
                all_of((self._normal(Known(value)), self._normal(replaced(condition, default, value)))),
                all_of((self._normal(Not(Known(value))), self._normal(replaced(condition, default, otherwise)))),
            )
        )

    def _normal(self, condition: Expression) -> Normal:
        return self.formula(with_known_attributes(normalize(condition), self.records.is_optional))

    def _decided(self, leaf: Flag | Relation | Range | Membership) -> Normal | None:
        """A leaf that looks at constants alone."""
        asked = accepts(leaf)
        [term, *others] = terms_of(leaf)
        if asked is None or others or any(not operands(part) and not isinstance(part, Constant) for part in walk(term)):
            return None
        value = evaluate(term, self._environment)
        return None if value is None else Truth(asked[1](value))


def _ordered(term: Expression) -> Expression:
    """A term with the parts of sums and products in one order, so that `a + b` is `b + a`."""
    term = with_operands(term, tuple(map(_ordered, operands(term))))
    match term:
        case Arithmetic(ArithmeticOperator.ADD | ArithmeticOperator.MULTIPLY as operator, left, right, kind):
            if not isinstance(right, Constant) and left.type == right.type and repr(left) > repr(right):
                return Arithmetic(operator, right, left, kind)
    return term
