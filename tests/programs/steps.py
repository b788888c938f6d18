"""Groups of steps that wait for each other, of every kind and with every clause."""

from collections.abc import Sequence

from attrs import evolve, frozen
from hypothesis import strategies as st

from tests.programs.expressions import Scope, Term, condition, item, value
from tests.programs.vocabulary import Declaration, Signature, Vocabulary, assignee
from tests.programs.words import Field, doc, duration, fields, often, one, rarely, some

KINDS = ("milestone", "auto", "callout", "manual", "pause")
STEPS = ("begin", "call", "wait_for", "after_that", "milestone", "send", "retry_it", "done")
PARAMETERS = ("limit", "notice_days", "grace", "template", "level", "late", "on_day")
LEVELS = (
    "within 2 days, warn 4 hours before",
    "within 3 hours, warn 30 minutes before",
    "within 5 business days, warn 1 day before",
    "within 2 business days, warn 1 business day before",
    "within 1 week",
)


@frozen
class StepShape:
    """What other steps can ask of a step."""

    name: str
    per_item: bool
    outcomes: tuple[str, ...]
    gives: tuple[Field, ...]
    surely_given: bool
    """Whether it has its results when it is completed: not where freezing may complete it without."""
    always_completes: bool
    """Whether a plain wait for it needs its completion."""


@frozen
class GroupShape:
    """A group and what running it takes. `alias` is the name under which every scenario runs it, `after` the groups
    that stand beside it there."""

    name: str
    parameters: tuple[Field, ...]
    alias: str | None
    steps: tuple[StepShape, ...]
    after: tuple["GroupShape", ...]
    with_defaults: frozenset[str]
    """The parameters that have one."""

    @property
    def instance(self) -> str:
        return self.alias or self.name


Drawn = tuple[GroupShape, Declaration]


def groups(draw: st.DrawFn, words: Vocabulary) -> tuple[list[GroupShape], list[Declaration]]:
    """Groups for scenarios to run, and the declarations of them and of the groups that they insert."""
    compensations: list[Drawn] = [
        _group(draw, words, name, (), ()) for name in ("Undo", "Redo")[: draw(st.integers(0, 2))]
    ]
    made: list[Drawn] = []
    for name in ("First", "Second", "Third")[: draw(st.integers(1, 3))]:
        earlier = [shape for shape, _ in made]
        beside = some(draw, earlier, most=2) if draw(st.booleans()) else []
        made.append(_group(draw, words, name, beside, [shape for shape, _ in compensations]))
    return [shape for shape, _ in made], [declaration for _, declaration in (*compensations, *made)]


def _group(
    draw: st.DrawFn,
    words: Vocabulary,
    name: str,
    beside: Sequence[GroupShape],
    compensations: Sequence[GroupShape],
) -> Drawn:
    parameters = tuple(
        evolve(each, unit=one(draw, ("days", "elapsed"))) if each.kind == "Duration" else each
        for each in fields(draw, words.enums, PARAMETERS, 0, 3)
    )
    defaults = [one(draw, ("", f" = {value(draw, Scope(()), each)}")) for each in parameters]
    listed = ", ".join(each.declaration + default for each, default in zip(parameters, defaults, strict=True))
    writer = _Steps(words, parameters, tuple(beside), tuple(compensations))
    shapes: list[StepShape] = []
    texts: list[str] = []
    for step in some(draw, STEPS, 1, 4):
        shape, text = writer.step(draw, step, tuple(shapes))
        shapes.append(shape)
        texts.append(text)
    is_compensation = name in ("Undo", "Redo")
    alias = "first" if not is_compensation and name == "First" and rarely(draw) else None
    usage = f"  usage {words.usage}\n" if rarely(draw) else ""
    head = f"group {name}({listed})" if listed else f"group {name}"
    text = f"{doc(draw)}{head} for {words.context} {{\n{usage}{''.join(texts)}}}"
    with_defaults = frozenset(each.name for each, default in zip(parameters, defaults, strict=True) if default)
    return GroupShape(name, parameters, alias, tuple(shapes), tuple(beside), with_defaults), Declaration(name, text)


def call(draw: st.DrawFn, group: GroupShape, scope: Scope) -> str:
    """A call of a group, without its alias."""
    given = []
    for parameter in group.parameters:
        may_be_left_out = parameter.optional or parameter.name in group.with_defaults
        if not may_be_left_out or draw(st.booleans()):
            given.append(f"{parameter.name}: {value(draw, scope, parameter)}")
    if draw(st.booleans()):
        given.reverse()
    return f"{group.name}({', '.join(given)})" if given else group.name


@frozen
class _Steps:
    """Writes the steps of a group. `beside` are groups whose steps they may wait for, `compensations` those that they
    may insert."""

    words: Vocabulary
    parameters: tuple[Field, ...]
    beside: tuple[GroupShape, ...]
    compensations: tuple[GroupShape, ...]

    def step(self, draw: st.DrawFn, name: str, earlier: tuple[StepShape, ...]) -> tuple[StepShape, str]:
        words = self.words
        targets = {"auto": words.actions, "callout": words.integrations}
        kind = one(draw, [kind for kind in KINDS if targets.get(kind, True)])
        target = one(draw, targets[kind]) if kind in targets else None
        per_item = words.items is not None and draw(st.booleans())
        joined, results = self._join(draw, earlier, per_item)
        scope = words.scope.with_terms(tuple(Term(each.name, each) for each in self.parameters))
        if per_item and words.items is not None:
            scope = scope.with_terms(item(words.items))
        scope = scope.with_terms(results)
        gives = fields(draw, words.enums, ("note", "answer"), 0, 2) if kind == "manual" and often(draw) else ()
        only_if = draw(st.integers(0, 2)) == 2
        expires = kind in ("pause", "manual", "callout") and draw(st.integers(0, 2)) == 2
        clauses = [joined] if joined else []
        if only_if:
            clauses.append(f"only if {condition(draw, scope, 1)}{one(draw, ('', ' else skip branch'))}")
        if draw(st.integers(0, 2)) == 2:
            clauses.append(self._starts(draw, scope))
        if kind == "pause":
            clauses.append(f"until {condition(draw, evolve(scope, clock=('today',)), 1)}")
        if expires:
            clauses.append(f"expires after {self._span(draw)}")
        if kind == "manual" and draw(st.booleans()):
            clauses.append(f"assign {assignee(draw, words.queues, words.routings)}")
        if rarely(draw):
            clauses.append(f"due {one(draw, LEVELS)}")
        if target is not None:
            clauses += self._with(draw, scope, target)
            if rarely(draw) or rarely(draw):
                clauses.append(retry(draw, words.queues))
        if gives:
            clauses.append(f"gives {{ {', '.join(each.declaration for each in gives)} }}")
        given = target.gives if target is not None else gives
        others = [
            clause
            for clause in ("point of no return", "freeze by completing", 'run as "robot"')
            if draw(st.integers(0, 9)) == 9
        ]
        surely_given = "freeze by completing" not in others
        terms = _results(name, given, surely_given)
        clauses += self._compensation(draw, scope.with_terms(terms) if terms else scope)
        clauses += others
        if len(clauses) > 1 and rarely(draw):
            clauses = draw(st.permutations(clauses))
        outcomes = ["completed", "canceled"]
        outcomes += ["skipped"] * only_if + ["expired"] * expires + ["failed"] * (target is not None)
        shape = StepShape(name, per_item, tuple(outcomes), given, surely_given, not (only_if or expires))
        each = " for each item" if per_item else ""
        body = " {\n" + "".join(f"    {clause}\n" for clause in clauses) + "  }" if clauses else ""
        head = f"{kind} {target.name}" if target is not None else kind
        return shape, f"{doc(draw, '  ')}  step {name}: {head}{each}{body}\n"

    def _join(self, draw: st.DrawFn, earlier: tuple[StepShape, ...], per_item: bool) -> tuple[str, tuple[Term, ...]]:
        """The waits of a step, and the results that it may read because of them."""
        options = [("", step) for step in earlier]
        options += [(f"{group.instance}.", step) for group in self.beside for step in group.steps]
        if not options or not often(draw):
            return "", ()
        chosen = some(draw, options, 1, 3)
        any_of = draw(st.booleans()) and draw(st.booleans())
        waits: list[str] = []
        results: list[Term] = []
        for owner, step in chosen:
            outcomes = some(draw, step.outcomes, most=2) if draw(st.booleans()) else []
            scope = ""
            if step.per_item:
                scope = one(draw, ("", " for every item", *((" for the same item",) * 3 if per_item else ())))
            passing = one(draw, ("",) * 5 + (" passing amends", " passing cancels", " passing changes"))
            waits.append(f"{owner}{step.name}{' ' if outcomes else ''}{' or '.join(outcomes)}{scope}{passing}")
            if step.per_item and scope != " for the same item":
                continue
            alone = not any_of or len(chosen) == 1
            completes = outcomes == ["completed"] or (not outcomes and step.always_completes and len(chosen) == 1)
            results += _results(f"{owner}{step.name}", step.gives, alone and completes and step.surely_given)
        return f"after {'any of ' if any_of else ''}{', '.join(waits)}", tuple(results)

    def _span(self, draw: st.DrawFn) -> str:
        options = [each.name for each in self.parameters if each.kind == "Duration" and not each.optional]
        return one(draw, [duration(draw), *options])

    def _starts(self, draw: st.DrawFn, scope: Scope) -> str:
        dates, moments = ([term.text for term in scope.required(kind)] for kind in ("Date", "DateTime"))
        days = [
            duration(draw, one(draw, ("days", "business"))),
            *(
                each.name
                for each in self.parameters
                if each.kind == "Duration" and each.unit == "days" and not each.optional
            ),
        ]
        at = one(draw, ("", " at 09:00", " at 23:59"))
        options = [f"starts {one(draw, days)} after previous{at}", f"starts {duration(draw, 'elapsed')} after previous"]
        if dates:
            base = one(draw, dates)
            options += [
                f"starts on {base}{at}",
                f"starts {one(draw, days)} {one(draw, ('before', 'after'))} {base}{at}",
            ]
        if moments:
            base = one(draw, moments)
            options += [f"starts on {base}", f"starts {duration(draw)} {one(draw, ('before', 'after'))} {base}"]
        return one(draw, options)

    def _with(self, draw: st.DrawFn, scope: Scope, target: Signature) -> list[str]:
        given = [each for each in target.takes if not each.optional or draw(st.booleans())]
        if not given:
            return ["with {}"] if rarely(draw) else []
        arguments = [f"{each.name}: {value(draw, scope, each)}" for each in given]
        return [f"with {{ {', '.join(arguments)} }}"]

    def _compensation(self, draw: st.DrawFn, scope: Scope) -> list[str]:
        clauses = []
        for event, ending in (("amend", ("",)), ("cancel", ("", " in reverse"))):
            if self.compensations and rarely(draw):
                group = one(draw, self.compensations)
                clauses.append(f"on {event} run {call(draw, group, scope)}{one(draw, ending)}")
        return clauses


def _results(step: str, gives: tuple[Field, ...], known: bool) -> tuple[Term, ...]:
    return tuple(Term(f"{step}.{each.name}", each if known else evolve(each, optional=True)) for each in gives)


def retry(draw: st.DrawFn, queues: tuple[str, ...]) -> str:
    then = one(draw, ("", *(f" then queue {queue}" for queue in queues)))
    spans = ", ".join(duration(draw, one(draw, ("elapsed", "days"))) for _ in range(draw(st.integers(1, 3))))
    times = f"{draw(st.integers(2, 4))} times"
    how = one(draw, (times, f"{times} every {duration(draw, 'elapsed')}", f"after {spans}"))
    return f"retry {how}{then}"
