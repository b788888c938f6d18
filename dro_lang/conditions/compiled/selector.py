"""A plan's selection as one function of a record of slots.

With few scenarios it tests one after the other. From about 16 on it goes down a decision tree (index/), so that tests
which scenarios share are made once, and most scenarios are never looked at. The upper levels of the tree are tables
(tables.py), where that is faster; what the tables lead to is a choice, or a function that goes on from there. Where too
much would be left to either, because conditions overlap as they like, each has a bit (bits.py).
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from dro_lang.conditions.compiled import bits, evaluate
from dro_lang.conditions.compiled.coding import code_of_comparable
from dro_lang.conditions.compiled.conditions import Conditions, Tested
from dro_lang.conditions.compiled.expressions import NAMES
from dro_lang.conditions.compiled.module import Bound, GenerationError, Module
from dro_lang.conditions.compiled.readers import SlotReader
from dro_lang.conditions.compiled.records import Layout, Record, whole
from dro_lang.conditions.compiled.tables import Entry, Function, way_through
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.index.cuts import Cuts, Node, Opaque, Operand, formula
from dro_lang.conditions.index.levels import Levelled, grow
from dro_lang.conditions.index.tree import Branch, Candidates, Leaf, Split, Tree
from dro_lang.conditions.matching import own_condition
from dro_lang.conditions.normal import Normal, Truth
from dro_lang.conditions.selection import Choice, choice_of
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Plan, Policy
from dro_lang.program.types import BooleanType, Type

INDEXED_FROM = 16
"""The number of scenarios from which on a decision tree pays."""

_MOST_CHOICES = 65_536

Choose: TypeAlias = Callable[[Record], Choice]
Flow: TypeAlias = frozenset[int]


def compile_plan(plan: Plan, layout: Layout, indexed_from: int = INDEXED_FROM) -> Bound:
    """What binds a plan's selection to a day, a moment, a zone and a calendar, and gives a `Choose`: the function that
    chooses the scenarios of a record of the layout."""
    for indexed in (True, False) if len(plan.scenarios) >= indexed_from else (False,):
        try:
            return _Writer(plan, layout, indexed).compiled()
        except GenerationError:
            continue
    return lambda env: lambda record: _chosen_by_values(plan, whole(env, record))


class Misused(TypeError):
    """A selection is asked about something that is no record of its own context."""

    def __init__(self, record: object) -> None:
        super().__init__(f"{type(record).__name__} is no record that this selection has made")


def _chosen_by_values(plan: Plan, environment: Environment) -> Choice:
    selection = evaluate.select(plan, environment)
    return Choice(selection.matched, selection.error, selection.reason)


class _Choices(dict[int, Choice]):
    """The choice for each set of matching scenarios, as a mask of their numbers."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan

    def __missing__(self, mask: int) -> Choice:
        if len(self) >= _MOST_CHOICES:
            self.clear()
        scenarios = self._plan.scenarios
        names = tuple(scenario.name for number, scenario in enumerate(scenarios) if mask >> number & 1)
        if not names:
            names = tuple(scenario.name for scenario in scenarios if scenario.otherwise)
        self[mask] = choice_of(self._plan, names)
        return self[mask]


class _Writer:
    """Writes the selection of a plan. Scenarios go by their number in the plan."""

    def __init__(self, plan: Plan, layout: Layout, indexed: bool) -> None:
        self._plan = plan
        # No `otherwise` has a condition of its own: it matches where nothing else does.
        conditions = [Truth(False) if each.otherwise else own_condition(each) for each in plan.scenarios]
        self._reader = SlotReader(layout.attributes, layout.elements)
        self._module = Module({**NAMES, "at": whole, "Misused": Misused})
        self._choices = _Choices(plan)
        numbers = {scenario.name: number for number, scenario in enumerate(plan.scenarios)}
        self._unless = [tuple(numbers[name] for name in scenario.unless) for scenario in plan.scenarios]
        self._lines: list[str] = []
        self._bits: str | None = None
        """What tells the scenarios that match, where that is better than the tree."""
        operands: list[Expression] = []
        if indexed:
            cuts = Cuts.of(conditions)
            operands = [operand.expression for operand in cuts.operands]
            self._writer = self._conditions(conditions, operands)
            self._grown = grow(cuts, self._settled, lambda operand: self._writer.is_optional(operand, set()))
            if not any(self._unless) and bits.pay(cuts, self._grown.tree):
                self._bits = bits.common(cuts, self._module, self._writer)
        else:
            self._writer = self._conditions(conditions, [])
            held = enumerate(conditions)
            leaf = Leaf(tuple((number, Opaque(each)) for number, each in held if each != Truth(False)))
            self._grown = Levelled((), leaf)

    def _conditions(self, conditions: Iterable[Normal], operands: list[Expression]) -> Conditions:
        # Whatever the tree splits is looked at again and again on the way down.
        return Conditions(self._module, self._reader, conditions, [*operands, *operands])

    def compiled(self) -> Bound:
        tree, levels = self._grown.tree, self._grown.levels
        if self._bits is not None:
            way = [f"m = {self._bits}", f"return {self._of_bits()}"]
        else:
            way = way_through(levels, tree, self._entry, self._module, self._writer) if levels else []
        self._add(0, "try:")
        for line in way:
            self._add(1, line)
        if not way:
            self._write(tree, frozenset(), 1)
        self._add(0, "except AttributeError:")
        self._add(1, "raise Misused(r) from None")
        return self._module.binding_of(self._module.block("r", self._taken()), f"plan {self._plan.name}")

    def _of_bits(self) -> str:
        """The text of the choice for the scenarios whose bits are set in `m`."""
        if self._plan.policy is not Policy.FIRST_MATCHING:
            return f"{self._module.constant(self._choices)}[m]"
        firsts = (self._choices[0], *(self._choices[1 << number] for number in range(len(self._unless))))
        return f"{self._module.constant(firsts)}[(m & -m).bit_length()]"

    def _taken(self) -> list[str]:
        """The lines of a function, which end here."""
        lines = [*(f"{name} = UNSET" for name in dict.fromkeys(self._writer.unset)), *self._lines]
        self._writer.unset.clear()
        self._lines = []
        return lines

    def _entry(self, tree: Tree, known: Iterable[Expression]) -> Entry:
        """What a table says where some expressions are known: the choice, or the function that finds it."""
        if isinstance(tree, Leaf):
            mask = self._certain(tree.candidates)
            if mask is not None:
                return self._choices[mask]
        self._write(tree, frozenset(map(self._writer.known, known)), 0)
        return Function(self._module.block("r", self._taken()))

    def _certain(self, candidates: Candidates) -> int | None:
        """The scenarios of which the choice is made, where nothing is left to be tested of them."""
        numbers = {number for number, _ in candidates}
        if self._plan.policy is Policy.FIRST_MATCHING:
            candidates = candidates[:1]
        certain = (node is True and numbers.isdisjoint(self._unless[number]) for number, node in candidates)
        return sum(1 << number for number, _ in candidates) if all(certain) else None

    def _add(self, depth: int, line: str) -> None:
        self._lines.append(" " * depth + line)

    def _choice(self, mask: int) -> str:
        return self._module.constant(self._choices[mask])

    # ---- the tree

    def _write(self, tree: Tree, flow: Flow, depth: int) -> None:
        match tree:
            case Leaf(candidates):
                if self._plan.policy is Policy.FIRST_MATCHING:
                    self._first(candidates, flow, depth)
                else:
                    self._every(candidates, flow, depth)
            case Split(operand, branches) if len(branches) == 2:
                self._fork(operand, branches[0], branches[1], flow, depth)
            case Split(operand, branches):
                self._jump(operand, branches, flow, depth)

    def _look(self, operand: Operand, flow: Flow, depth: int) -> tuple[str, Flow]:
        """The variable of an operand, assigned if it is not yet, and the flow after that."""
        after = set(flow)
        text = self._writer.code(operand.expression, after)
        variable = self._writer.code(operand.expression, after)
        if text != variable:
            self._add(depth, text)
        return variable, frozenset(after)

    def _fork(self, operand: Operand, first: Branch, second: Branch, flow: Flow, depth: int) -> None:
        """Two ways to go on. Where the value may be unknown, that goes the second one."""
        if first[0] >> operand.unknown & 1:
            first, second = second, first
        variable, flow = self._look(operand, flow, depth)
        known = frozenset({*flow, self._writer.known(operand.expression)})
        tests = []
        after = known
        if second[0] >> operand.unknown & 1 and self._writer.is_optional(operand.expression, set(flow)):
            tests.append(f"{variable} is not None")
            after = flow
        if second[0] != 1 << operand.unknown:
            tests.append(self._within(operand, first[0], second[0], variable))
        self._add(depth, f"if {' and '.join(tests)}:")
        self._write(first[1], known, depth + 1)
        self._add(depth, "else:")
        self._write(second[1], after, depth + 1)

    def _within(self, operand: Operand, mask: int, other: int, variable: str) -> str:
        """Whether a known value lies in the regions of a mask, and not in those of another."""
        kind = operand.expression.type
        if operand.ordered:
            place, exact = divmod((other & -other).bit_length() - 1, 2)
            # The other one begins with a constant, or after the one before.
            constant = operand.constants[place if exact else place - 1]
            return f"{variable} {'<' if exact else '<='} {self._literal(constant, kind)}"
        if isinstance(kind, BooleanType):
            return variable if mask >> operand.region(True) & 1 else f"not {variable}"
        among = self._constants(operand, other if mask >> len(operand.constants) & 1 else mask)
        negated = mask >> len(operand.constants) & 1
        if len(among) == 1:
            return f"{variable} {'!=' if negated else '=='} {among[0]}"
        return f"{variable} {'not ' * negated}in {{{', '.join(among)}}}"

    def _constants(self, operand: Operand, mask: int) -> list[str]:
        constants = [each for number, each in enumerate(operand.constants) if mask >> number & 1]
        return [self._literal(constant, operand.expression.type) for constant in constants]

    def _literal(self, constant: Any, type: Type) -> str:
        code = code_of_comparable(constant, type)
        return repr(code) if isinstance(code, int | str) else self._module.constant(code)

    def _jump(self, operand: Operand, branches: tuple[Branch, ...], flow: Flow, depth: int) -> None:
        """More than two ways to go on, of an operand without order: which of them, is looked up."""
        variable, flow = self._look(operand, flow, depth)
        ways: dict[Any, int] = {}
        default = 0
        for way, (mask, _) in enumerate(branches):
            ways.update((each, way) for number, each in enumerate(operand.constants) if mask >> number & 1)
            if mask >> len(operand.constants) & 1:
                default = way
            if mask >> operand.unknown & 1:
                ways[None] = way
        table = self._module.constant({value: way for value, way in ways.items() if way != default}.get)
        self._add(depth, f"w{depth} = {table}({variable}, {default})")
        self._search(operand, list(enumerate(branches)), flow, depth, f"w{depth}")

    def _search(
        self, operand: Operand, branches: list[tuple[int, Branch]], flow: Flow, depth: int, variable: str
    ) -> None:
        if len(branches) == 1:
            mask, tree = branches[0][1]
            known = not mask >> operand.unknown & 1
            self._write(tree, flow | {self._writer.known(operand.expression)} if known else flow, depth)
            return
        half = len(branches) // 2
        self._add(depth, f"if {variable} < {branches[half][0]}:")
        self._search(operand, branches[:half], flow, depth + 1, variable)
        self._add(depth, "else:")
        self._search(operand, branches[half:], flow, depth + 1, variable)

    # ---- the leaves

    def _settled(self, candidates: Candidates) -> Candidates:
        """Without the scenarios after the first one that is certain to match, save those that others look at."""
        if self._plan.policy is not Policy.FIRST_MATCHING:
            return candidates
        for place, (number, node) in enumerate(candidates):
            if node is True and not self._unless[number]:
                looked_at = self._looked_at(each for each, _ in candidates[:place])
                return candidates[: place + 1] + tuple(
                    candidate for candidate in candidates[place + 1 :] if candidate[0] in looked_at
                )
        return candidates

    def _looked_at(self, numbers: Iterable[int]) -> set[int]:
        """The scenarios on which it depends whether some others match."""
        found: set[int] = set()
        waiting = [each for number in numbers for each in self._unless[number]]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._unless[number]
        return found

    def _first(self, candidates: Candidates, flow: Flow, depth: int) -> None:
        """Return the first scenario that matches."""
        nodes = dict(candidates)
        decided: dict[int, str] = {}
        """Scenarios that are known not to match (an empty text), or the variable that tells whether they do."""

        def matching(number: int) -> Tested:
            """Whether a scenario matches, once it is decided of those that it looks at whether they do."""
            nonlocal flow
            for other in self._unless[number]:
                if other in nodes and other not in decided:
                    tested = matching(other)
                    self._add(depth, f"m{other} = {tested.text}")
                    flow = tested.holding & tested.failing
                    decided[other] = f"m{other}"
            blocked = [decided[other] for other in self._unless[number] if decided.get(other)]
            return self._unblocked(nodes[number], blocked, flow)

        for number in nodes:
            if decided.get(number):
                self._add(depth, f"if {decided[number]}:")
                self._add(depth + 1, f"return {self._choice(1 << number)}")
                continue
            tested = matching(number)
            if tested.text is True:
                self._add(depth, f"return {self._choice(1 << number)}")
                return
            if tested.text is not False:
                self._add(depth, f"if {tested.text}:")
                self._add(depth + 1, f"return {self._choice(1 << number)}")
            flow = tested.failing
            decided[number] = ""
        self._add(depth, f"return {self._choice(0)}")

    def _unblocked(self, node: Node, blocked: list[str], flow: Flow) -> Tested:
        tested = self._writer.test(formula(node), flow)
        if not blocked or tested.text is False:
            return tested
        free = " and ".join(f"not {each}" for each in blocked)
        if tested.text is True:
            return Tested(free, tested.holding, tested.failing)
        text = f"({tested.text})" if tested.loose else tested.text
        return Tested(f"{text} and {free}", tested.holding, tested.failing)

    def _every(self, candidates: Candidates, flow: Flow, depth: int) -> None:
        """Return the choice of all that match."""
        if not candidates:
            self._add(depth, f"return {self._choice(0)}")
            return
        nodes = dict(candidates)
        self._add(depth, "m = 0")
        for number in self._in_order(nodes):
            others = sum(1 << other for other in self._unless[number] if other in nodes)
            tested = self._unblocked(nodes[number], [f"m & {others}"] if others else [], flow)
            if tested.text is True:
                self._add(depth, f"m |= {1 << number}")
            elif tested.text is not False:
                self._add(depth, f"if {tested.text}:")
                self._add(depth + 1, f"m |= {1 << number}")
            flow = tested.holding & tested.failing
        self._add(depth, f"return {self._module.constant(self._choices)}[m]")

    def _in_order(self, numbers: Iterable[int]) -> list[int]:
        """Scenarios after those that they look at."""
        wanted, found = list(numbers), dict[int, None]()

        def add(number: int) -> None:
            for other in self._unless[number]:
                if other in wanted and other not in found:
                    add(other)
            found[number] = None

        for number in wanted:
            if number not in found:
                add(number)
        return list(found)
