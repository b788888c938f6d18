"""Lowering of tests and properties."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import define

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.diagnostics.registry import registry
from dro_lang.program import tests
from dro_lang.program.types import ListType
from dro_lang.program.values import Duration, Value
from dro_lang.semantics.lower.data import DataReader
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.plan_parts import PlanParts, StepOfPlan
from dro_lang.semantics.lower.steps import is_per_item
from dro_lang.semantics.lower.vocabulary import doc
from dro_lang.semantics.modules import Module, article
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.literals import literal
from dro_lang.semantics.typing.scope import Scope
from dro_lang.semantics.typing.shapes import UNKNOWN, Info, Shape
from dro_lang.semantics.typing.words import unknown
from dro_lang.syntax import ast

_CAN_FAIL = ("auto", "callout")


def lower_test(lowering: Lowering, module: Module, node: ast.Test) -> None:
    """The typed form of a test, with the lines that hold no mistake; none where there is no such plan."""
    plan = lowering.find(module, node.plan, ast.Plan)
    if plan is None:
        return
    lines = _Lines.of(lowering, module, plan)
    lowered = tuple(line for written in _with_expectation(node.lines) if (line := lines.lower(*written)) is not None)
    lowering.typed.tests[node] = tests.Test(node.name.value, node.plan.text, lowered, doc(node), _line(node))


def lower_property(lowering: Lowering, module: Module, node: ast.Property) -> None:
    """The typed form of a property, with the claims that hold no mistake; none where there is no such plan."""
    plan = lowering.find(module, node.plan, ast.Plan)
    if plan is None:
        return
    typing = Typing(lowering, Scope(module, _context(lowering, plan), no_item=_NO_ITEM))
    assume = typing.condition(node.assume) if node.assume else None
    parts = PlanParts.of(lowering, plan)
    claims = tuple(claim for each in node.claims if (claim := _claim(lowering, parts, each)) is not None)
    lowering.typed.properties[node] = tests.Property(
        node.name.value, node.plan.text, assume, claims, doc(node), _line(node)
    )


_NO_ITEM = "a property looks at the record as a whole: ask about its items with `any(... where ...)`"


def _line(node: ast.Node) -> int:
    return node.span.source.position(node.span.start)[0]


def _context(lowering: Lowering, plan: ast.Plan) -> Shape:
    """The attributes of a plan's context; that it has none has been said where the plan is declared."""
    symbol = lowering.world.names[lowering.world.module_of(plan).path].get(plan.context.text)
    declaration = symbol.declaration if symbol else None
    return lowering.shapes[declaration] if isinstance(declaration, ast.Context) else UNKNOWN


def _with_expectation(lines: tuple[ast.TestLine, ...]) -> Iterator[tuple[ast.TestLine, bool]]:
    """Every line, and whether the record that it gives is expected to be rejected."""
    for index, line in enumerate(lines):
        rejected = False
        if isinstance(line, ast.Given):
            for later in lines[index + 1 :]:
                if isinstance(later, ast.Given):
                    break
                rejected = rejected or isinstance(later, ast.ExpectRejected)
        yield line, rejected


def _duration(lowering: Lowering, node: ast.DurationLiteral) -> Duration | None:
    constant = literal(node, lowering.report)
    if constant is None:
        return None
    assert isinstance(constant.value, Duration)
    return constant.value


@define(eq=False)
class _Lines:
    lowering: Lowering
    module: Module
    context: Shape
    parts: PlanParts
    reader: DataReader

    @classmethod
    def of(cls, lowering: Lowering, module: Module, plan: ast.Plan) -> "_Lines":
        zones = (clause.timezone.value for clause in plan.clauses if isinstance(clause, ast.TimezoneClause))
        typing = Typing(lowering, Scope(module, UNKNOWN))
        reader = DataReader(typing, _zone(next(zones, "UTC")))
        return cls(lowering, module, _context(lowering, plan), PlanParts.of(lowering, plan), reader)

    def lower(self, node: ast.TestLine, rejected: bool) -> tests.TestLine | None:
        line = _line(node)
        match node:
            case ast.TodayLine(moment=moment):
                return tests.TodayLine(self._moment(moment), line=line)
            case ast.Given(record=record):
                return self._given(record, rejected, line)
            case ast.ExpectScenarios(scenarios=names):
                found = self.parts.scenarios(names)
                return tests.ExpectScenarios(found, line=line) if len(found) == len(names) else None
            case ast.ExpectPlan(state=state):
                plan_state = self.parts.plan_state(state)
                return None if plan_state is None else tests.ExpectPlan(plan_state, line=line)
            case ast.ExpectStep():
                return self._expect_step(node, line)
            case ast.ExpectRejected(code=code):
                return self._expect_rejected(code, line)
            case ast.Advance(duration=written):
                duration = _duration(self.lowering, written)
                return None if duration is None else tests.Advance(duration, line=line)
            case ast.AdvanceTo(moment=moment):
                return tests.AdvanceTo(self._moment(moment), line=line)
            case ast.SetData(data=data):
                self.reader.names(data, self.context)
                return tests.SetData(self.reader.values(data, self.context), line=line)
            case ast.Change():
                return self._change(node, line)
            case ast.Freeze():
                return tests.Freeze(line=line)
            case ast.Unfreeze():
                return tests.Unfreeze(line=line)
            case ast.Offline(integration=name) | ast.Online(integration=name):
                kind = tests.Offline if isinstance(node, ast.Offline) else tests.Online
                integration = self.lowering.find(self.module, name, ast.Integration)
                return None if integration is None else kind(name.text, line=line)
        return self._operation(node, line)

    def _moment(self, node: ast.DateLiteral | ast.DateTimeLiteral) -> date | datetime:
        return self.reader.moment(node.value) if isinstance(node, ast.DateTimeLiteral) else node.value

    def _given(self, record: ast.Object, rejected: bool, line: int) -> tests.Given:
        self.reader.names(record, self.context)
        if not rejected:
            self.reader.required(record, self.context, record.span)
            self.reader.values(record, self.context)
        reported = len(self.lowering.report)
        data = self.reader.record(record, self.context)
        if not rejected:
            del self.lowering.report[reported:]  # what is no value has been said already
        return tests.Given(data, line=line)

    def _expect_step(self, node: ast.ExpectStep, line: int) -> tests.ExpectStep | None:
        instance, state = self._instance(node.instance), self.parts.step_state(node.state)
        if instance is None or state is None:
            return None
        return tests.ExpectStep(instance[1], state, node.on.value if node.on else None, line=line)

    def _expect_rejected(self, code: ast.Text, line: int) -> tests.ExpectRejected | None:
        known = [name for name in registry() if name.startswith("R")]
        if code.value in known:
            return tests.ExpectRejected(code.value, line=line)
        message = f"no record is rejected with `{code.value}`"
        self.lowering.report.append(unknown(code.span, message, code.value, known, "the codes are"))
        return None

    def _operation(
        self,
        node: ast.Complete | ast.Fail | ast.Answer | ast.RetryNow | ast.Discard,
        line: int,
    ) -> tests.TestLine | None:
        found = self._instance(node.instance)
        if found is None:
            return None
        step, instance = found
        match node:
            case ast.Complete(results=results):
                return tests.Complete(instance, self._results(step, results, node.instance), line=line)
            case ast.Answer(results=results):
                if not self._is_asynchronous(step, node.instance):
                    return None
                return tests.Answer(instance, self._results(step, results, node.instance), line=line)
            case ast.Fail(code=code):
                kind = step.step.kind
                if kind.name not in _CAN_FAIL:
                    message = f"`{step.step.name.text}` is {article(kind.name)} step, which cannot fail"
                    self._wrong_kind(node.instance, message, step, "only `auto` and `callout` steps fail")
                    return None
                return tests.Fail(instance, code.value if code else None, line=line)
            case ast.RetryNow():
                return tests.RetryNow(instance, line=line)
            case ast.Discard():
                return tests.Discard(instance, line=line)

    def _instance(self, node: ast.Instance) -> tuple[StepOfPlan, tests.InstanceName] | None:
        step = self.parts.step(node.step)
        if step is None:
            return None
        if node.item is not None and not is_per_item(step.step):
            message = f"`{step.step.name.text}` runs once, not for each item"
            self._wrong_kind(node, message, step, "leave out `for item`")
            return None
        item = node.item.value if node.item else None
        return step, tests.InstanceName(step.instance, step.step.name.text, item)

    def _results(self, step: StepOfPlan, results: ast.Object | None, place: ast.Instance) -> dict[str, Value]:
        gives = self.lowering.gives.get(step.step, {})
        known = step.step.kind.target is None or step.step in self.lowering.gives
        shape = Shape(step.step.name.text, "step", gives, known and not self.lowering.is_broken(step.group))
        written = results or ast.Object(place.span, ())
        self.reader.names(written, shape)
        self.reader.required(written, shape, written.span)
        return self.reader.values(written, shape)

    def _is_asynchronous(self, step: StepOfPlan, place: ast.Instance) -> bool:
        kind, name = step.step.kind, step.step.name.text
        if kind.name != "callout":
            message = f"`{name}` is {article(kind.name)} step, which waits for no answer"
            self._wrong_kind(place, message, step, f"write `complete {step.instance}.{name}`")
            return False
        home = self.lowering.world.module_of(step.group)
        symbol = self.lowering.world.names[home.path].get(kind.target.text) if kind.target else None
        integration = symbol.declaration if symbol else None
        if isinstance(integration, ast.Integration) and not integration.asynchronous:
            message = f"`{integration.name.text}` answers at once, so there is no answer to `{name}` later"
            self._wrong_kind(place, message, step, f"write `async` in integration `{integration.name.text}`")
            return False
        return True

    def _wrong_kind(self, place: ast.Instance, message: str, step: StepOfPlan, help: str) -> None:
        labels = [(step.step.name.span, "declared here")]
        self.lowering.report.append(diagnose("E0107", place.span, message, *labels, help=help))

    def _change(self, node: ast.Change, line: int) -> tests.ChangeLine:
        shape = self.context
        if node.item is not None:
            elements = (info.elements for info in self.context.attributes.values() if _is_items(info))
            shape = next(elements, None) or UNKNOWN
        data: dict[str, Value] = {}
        if node.data is not None:
            self.reader.names(node.data, shape)
            data = self.reader.values(node.data, shape)
        item = node.item.value if node.item else None
        return tests.ChangeLine(tests.Change(node.event), item, data, line=line)


def _is_items(info: Info) -> bool:
    return info.definition is not None and isinstance(info.definition.type, ListType) and info.definition.type.items


def _zone(name: str) -> ZoneInfo:
    """The time zone of a plan; that there is no such zone is said where the plan names it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _claim(lowering: Lowering, parts: PlanParts, node: ast.Claim) -> tests.Claim | None:
    line = _line(node)
    match node:
        case ast.NeverStep(step=reference, state=word) | ast.AlwaysStep(step=reference, state=word):
            step, state = _step(parts, reference), parts.step_state(word)
            if step is None or state is None:
                return None
            kind = tests.NeverStep if isinstance(node, ast.NeverStep) else tests.AlwaysStep
            return kind(step, state, line=line)
        case ast.AlwaysScenario(scenarios=names):
            found = parts.scenarios(names)
            return tests.AlwaysScenarios(found, line=line) if len(found) == len(names) else None
        case ast.Order(first=first, then=then):
            one, other = _step(parts, first), _step(parts, then)
            return None if one is None or other is None else tests.Order(one, other, line=line)
        case ast.Ends(within=written):
            duration = None if written is None else _duration(lowering, written)
            return None if duration is None and written is not None else tests.Ends(duration, line=line)


def _step(parts: PlanParts, reference: ast.StepReference) -> tests.StepName | None:
    found = parts.step(reference)
    return None if found is None else tests.StepName(found.instance, found.step.name.text)
