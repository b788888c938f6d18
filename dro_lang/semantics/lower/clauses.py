"""Lowering of a step and its clauses."""

from datetime import time

from attrs import define, field

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program import model
from dro_lang.program.expressions import Expression
from dro_lang.program.types import DateTimeType, DateType, DurationType
from dro_lang.program.values import Duration
from dro_lang.semantics.lower.calls import arguments_of, group_call
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.results import Results
from dro_lang.semantics.lower.steps import clause, is_per_item
from dro_lang.semantics.lower.vocabulary import assignment, definitions, doc, elapsed
from dro_lang.semantics.lower.waiting import Waiting
from dro_lang.semantics.modules import Module
from dro_lang.semantics.typing.calculation import duration, whole_days
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.presence import NOTHING, Facts, shown
from dro_lang.semantics.typing.scope import Scope, Term
from dro_lang.semantics.typing.shapes import UNKNOWN, Shape
from dro_lang.semantics.typing.words import declared, type_words
from dro_lang.syntax import ast


@define(eq=False)
class StepLowering:
    """Lowers one step. What its `only if` has shown holds in what is looked at after it, which `starts` is not."""

    lowering: Lowering
    module: Module
    group: ast.Group
    step: ast.Step
    waiting: Waiting
    facts: Facts = field(default=NOTHING, init=False)
    typing: Typing = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.typing = self._typing(otherwise=", or have the step run `only if {} is known`")

    def lower(self) -> model.Step:
        step = self.step
        starts = self._starts(self._typing(otherwise="; `only if` comes too late, as it is checked after `starts`"))
        only_if = clause(step, ast.OnlyIf)
        condition = None
        if only_if is not None:
            condition = self.typing.condition(only_if.condition)
            self.facts = shown(condition)
        until = clause(step, ast.Until)
        gives = self.lowering.gives.get(step, {}) if step.kind.name == "manual" else {}
        return model.Step(
            step.name.text,
            _KINDS.get(step.kind.name, model.StepKind.MILESTONE),
            target=step.kind.target.text if step.kind.target else None,
            per_item=is_per_item(step),
            join=self._join(),
            only_if=condition,
            skip_branch=only_if is not None and only_if.skip_branch,
            starts=starts,
            until=self.typing.condition(until.condition, self.facts) if until else None,
            expires=self._expires(),
            assignment=self._assignment(),
            due=self._due(),
            arguments=self._arguments(),
            gives=definitions(gives.values()),
            retry=self._retry(),
            on_amend=self._on_change("amend"),
            on_cancel=self._on_change("cancel"),
            point_of_no_return=clause(step, ast.PointOfNoReturn) is not None,
            freeze_by_completing=clause(step, ast.FreezeByCompleting) is not None,
            run_as=run_as.user.value if (run_as := clause(step, ast.RunAs)) else None,
            doc=doc(step),
        )

    def _typing(self, otherwise: str, own: bool = False) -> Typing:
        header = self.lowering.headers[self.group]
        scope = Scope(
            self.module,
            header.context,
            header.parameters,
            self._item(header.context),
            no_item=f"step `{self.step.name.text}` runs once: write `for each item` after its kind",
            results=Results(self.lowering, self.waiting, self.step, own),
        )
        return Typing(self.lowering, scope, header.requirements, otherwise)

    def _item(self, context: Shape) -> Shape | None:
        """The item of a step per item; that the context has none is said where the step is declared."""
        if self.step.each is None:
            return None
        for info in context.attributes.values():
            if info.definition is not None and getattr(info.definition.type, "items", False):
                return info.elements or UNKNOWN
        return UNKNOWN

    # ---- clauses

    def _join(self) -> model.Join | None:
        after = clause(self.step, ast.After)
        if after is None:
            return None
        for wait in after.dependencies:
            owner = wait.step.group
            if owner is not None and (other := self.waiting.instance(owner.text)) is not None:
                self.lowering.uses(other)
        waits = tuple(
            model.Wait(
                wait.step.group.text if wait.step.group else None,
                wait.step.step.text,
                tuple(model.Outcome(name.text) for name in wait.outcomes if name.text in list(model.Outcome)),
                isinstance(wait.scope, ast.SameScope),
                model.Propagation(wait.passing) if wait.passing else None,
            )
            for wait in after.dependencies
        )
        return model.Join(waits, after.any_of)

    def _starts(self, typing: Typing) -> model.Schedule | None:
        starts = clause(self.step, ast.Starts)
        if starts is None:
            return None
        base = None
        if not isinstance(starts.base, ast.Previous):
            base = typing.known(starts.base, NOTHING)
            if base is not None and not self._is_moment(base):
                base = None
        delay = None
        if starts.delay is not None:
            delay = duration(typing, starts.delay, NOTHING)
        if (base is None and not isinstance(starts.base, ast.Previous)) or (delay is None and starts.delay is not None):
            return None
        if base and delay and isinstance(base.type, DateType) and not whole_days(typing, base, delay):
            return None
        at = starts.at
        is_time = at is not None and at.hour < 24 and at.minute < 60
        return model.Schedule(
            model.ScheduleRelation(starts.relation),
            None if base is None else base.expression,
            None if delay is None else delay.expression,
            time(at.hour, at.minute) if at is not None and is_time else None,
        )

    def _is_moment(self, base: Term) -> bool:
        if isinstance(base.type, DateType | DateTimeType):
            return True
        message = f"a step starts at a date, and `{base.text}` is {type_words(base.type)}"
        help = (
            f"write `{base.text} after` a date" if isinstance(base.type, DurationType) else "name a Date or a DateTime"
        )
        self.typing.report(diagnose("E0201", base.span, message, *declared(base), help=help))
        return False

    def _span(self, node: ast.DurationOrName | None) -> Expression | None:
        term = None if node is None else duration(self.typing, node, self.facts)
        return None if term is None else term.expression

    def _expires(self) -> Expression | None:
        expires = clause(self.step, ast.Expires)
        return self._span(expires.after) if expires else None

    def _due(self) -> model.ServiceLevel | None:
        due = clause(self.step, ast.Due)
        if due is None:
            return None
        within, warn = self._span(due.level.within), self._span(due.level.warn)
        return None if within is None else model.ServiceLevel(within, warn)

    def _assignment(self) -> model.Assignment | None:
        assign = clause(self.step, ast.Assign)
        return assignment(self.lowering, self.module, assign.assignee) if assign else None

    def _arguments(self) -> tuple[model.Argument, ...]:
        with_ = clause(self.step, ast.With)
        name = self.step.kind.target
        if name is None:
            return ()
        target: ast.Action | ast.Integration | None
        if self.step.kind.name == "auto":
            target = self.lowering.find(self.module, name, ast.Action)
        else:
            target = self.lowering.find(self.module, name, ast.Integration)
        if target is None:
            for each in with_.arguments.fields if with_ else ():
                if not isinstance(each.value, ast.Unknown | ast.Array | ast.Object | ast.ConstantReference):
                    self.typing.term(each.value, self.facts)
            return ()
        return arguments_of(self.typing, with_.arguments if with_ else None, self.step, target, self.facts)

    def _retry(self) -> model.Retry | None:
        retry = clause(self.step, ast.Retry)
        return lower_retry(self.lowering, self.module, retry) if retry else None

    def _on_change(self, event: str) -> model.Compensation | None:
        changes = (each for each in self.step.clauses if isinstance(each, ast.OnChange) and each.event == event)
        change = next(changes, None)
        if change is None:
            return None
        call = group_call(
            self._typing(self.typing.otherwise, own=True), self.module, change.call, self.facts, self.group
        )
        return None if call is None else model.Compensation(call, change.in_reverse)


_KINDS = {kind.value: kind for kind in model.StepKind}


def lower_retry(lowering: Lowering, module: Module, retry: ast.Retry) -> model.Retry | None:
    """The typed form of `retry`; None where it holds a mistake."""
    queue = retry.queue.text if retry.queue and lowering.find(module, retry.queue, ast.Queue) else None
    why = "retries are timed without a calendar"
    if retry.times is None:
        intervals = tuple(elapsed(lowering, interval, why) for interval in retry.intervals)
        sound = tuple(interval for interval in intervals if interval is not None)
        if len(sound) < len(intervals):
            return None
        return model.Retry(model.RetryPolicy.STAGGERED, len(sound), sound, queue)
    every: Duration | None = None
    if retry.every is not None:
        every = elapsed(lowering, retry.every, why)
        if every is None:
            return None
    if not retry.times.is_whole:
        return None
    policy = model.RetryPolicy.IMMEDIATE if every is None else model.RetryPolicy.MONOTONOUS
    return model.Retry(policy, int(retry.times.value), () if every is None else (every,), queue)
