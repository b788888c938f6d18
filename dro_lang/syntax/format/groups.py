"""Groups, steps and clauses."""

from dro_lang.syntax import ast
from dro_lang.syntax.format.doc import NOTHING, SPACE, Align, Blank, Break, Doc, Group, concat, separated, text
from dro_lang.syntax.format.expressions import duration, expression, field, object_
from dro_lang.syntax.format.order import rank
from dro_lang.syntax.format.pen import Clause, Member, Pen, aligned, block, bracketed, spaced
from dro_lang.syntax.format.vocabulary import assignee, short_attributes, type_


def group(pen: Pen, node: ast.Group) -> Doc:
    name = pen.any_words(2)
    if node.parameters:
        opening = pen.take("(")
        parameters = [_parameter(pen, parameter) for parameter in node.parameters]
        name = concat(name, bracketed(opening, parameters, pen.take(")"), ""))
    head = spaced((name, pen.any_words(2)))
    opening = pen.take("{")
    members = [Member(pen.any_words(2))] if node.usage is not None else []
    members += [_step_member(pen, node.steps, i) for i in range(len(node.steps))]
    return spaced((head, block(opening, members, pen.take("}"))))


def _parameter(pen: Pen, node: ast.Parameter) -> Doc:
    parts: list[Doc] = [pen.take(), pen.take(":"), type_(pen, node.type)]
    if node.default is not None:
        parts += [pen.take("="), expression(pen, node.default)]
    return spaced(parts)


def _step_member(pen: Pen, steps: tuple[ast.Step, ...], i: int) -> Member:
    """Steps stand apart, but those of one line stay together where they were."""
    is_close = i > 0 and all(not step.clauses and not step.doc for step in steps[i - 1 : i + 1])
    return Member(_step(pen, steps[i]), Blank.KEEP if is_close else Blank.ONE)


def _step(pen: Pen, node: ast.Step) -> Doc:
    doc = pen.doc_lines(node)
    name = concat(pen.any_words(2), pen.take(":"))
    head = spaced((name, pen.any_words(1 if node.kind.target is None else 2)))
    if node.each is not None:
        head = spaced((head, pen.any_words(3)))
    if not node.clauses:
        return concat(doc, head, _empty_block(pen))
    opening = pen.take("{")
    written = [(rank(one), _clause(pen, one)) for one in node.clauses]
    written.sort(key=lambda pair: pair[0])
    members = [Member(one) for one in aligned([one for _, one in written])]
    return concat(doc, head, SPACE, block(opening, members, pen.take("}")))


def _empty_block(pen: Pen) -> Doc:
    if pen.has_empty_block():
        return pen.drop_empty_block()
    return concat(SPACE, block(pen.take("{"), [], pen.take("}"))) if pen.next.text == "{" else NOTHING


def _clause(pen: Pen, node: ast.Clause) -> Clause:
    match node:
        case ast.After():
            return Clause("after", pen.take("after"), _join(pen, node))
        case ast.OnlyIf(condition=condition, skip_branch=skip_branch):
            head, argument = pen.words("only if"), expression(pen, condition)
            if skip_branch:
                argument = Group(Align(concat(argument, Break(), pen.words("else skip branch"))))
            return Clause("only if", head, argument)
        case ast.Starts():
            return Clause("starts", pen.take("starts"), _start(pen, node))
        case ast.Until(condition=condition):
            return Clause("until", pen.take("until"), expression(pen, condition))
        case ast.Expires(after=after):
            return Clause("expires", pen.take("expires"), spaced((pen.take("after"), duration_or_name(pen, after))))
        case ast.Assign(assignee=to):
            return Clause("assign", pen.take("assign"), assignee(pen, to))
        case ast.Due(level=of):
            return Clause("due", pen.take("due"), level(pen, of))
        case ast.With(arguments=arguments):
            return Clause("with", pen.take("with"), object_(pen, arguments))
        case ast.Gives(attributes=attributes):
            return Clause("gives", pen.take("gives"), short_attributes(pen, attributes))
        case ast.Retry():
            return Clause("retry", pen.take("retry"), Group(Align(retry_policy(pen, node))))
        case ast.OnChange(event=event, call=call, in_reverse=in_reverse):
            parts: list[Doc] = [pen.words(f"on {event}"), pen.take("run"), group_call(pen, call)]
            parts += [pen.words("in reverse")] if in_reverse else []
            return Clause(f"on {event}", parts[0], spaced(parts[1:]))
        case ast.PointOfNoReturn():
            return Clause("point of no return", pen.words("point of no return"), NOTHING)
        case ast.FreezeByCompleting():
            return Clause("freeze by completing", pen.words("freeze by completing"), NOTHING)
        case ast.RunAs():
            return Clause("run as", pen.words("run as"), pen.take())


def _join(pen: Pen, node: ast.After) -> Doc:
    any_of = (pen.words("any of"),) if node.any_of else ()
    dependencies = Align(separated([_dependency(pen, one) for one in node.dependencies]))
    return spaced((*any_of, dependencies))


def _dependency(pen: Pen, node: ast.Dependency) -> Doc:
    parts: list[Doc] = [step_reference(pen, node.step)]
    for i, _ in enumerate(node.outcomes):
        parts += [pen.take("or"), pen.take()] if i else [pen.take()]
    match node.scope:
        case ast.SameScope():
            parts.append(pen.any_words(4))
        case ast.EveryScope():
            parts.append(pen.any_words(3))
        case ast.AcrossPlans():
            parts.append(pen.words("across plans"))
        case None:
            pass
    if node.passing is not None:
        parts.append(pen.words(f"passing {node.passing}"))
    return spaced(parts)


def step_reference(pen: Pen, node: ast.StepReference) -> Doc:
    return pen.glued(1 if node.group is None else 3)


def _start(pen: Pen, node: ast.Starts) -> Doc:
    parts: list[Doc] = [] if node.delay is None else [expression(pen, node.delay)]
    parts.append(pen.take(node.relation))
    parts.append(pen.take("previous") if isinstance(node.base, ast.Previous) else expression(pen, node.base))
    if node.at is not None:
        parts += [pen.take("at"), pen.take()]
    return spaced(parts)


def duration_or_name(pen: Pen, node: ast.DurationOrName) -> Doc:
    return duration(pen, node) if isinstance(node, ast.DurationLiteral) else pen.take()


def level(pen: Pen, node: ast.Level) -> Doc:
    within = spaced((pen.take("within"), duration_or_name(pen, node.within)))
    if node.warn is None:
        return within
    warn = spaced((pen.take("warn"), duration_or_name(pen, node.warn), pen.take("before")))
    return concat(within, text(", "), warn)


def retry_policy(pen: Pen, node: ast.Retry) -> Doc:
    """What follows the word `retry`."""
    if node.times is not None:
        policy = pen.any_words(2)
        if node.every is not None:
            policy = spaced((policy, pen.take("every"), duration(pen, node.every)))
    else:
        after, intervals = pen.take("after"), [duration(pen, interval) for interval in node.intervals]
        policy = spaced((after, Align(separated(intervals))))
    return policy if node.queue is None else concat(policy, Break(), pen.any_words(3))


def group_call(pen: Pen, node: ast.GroupCall) -> Doc:
    called: Doc = pen.take()
    if node.arguments:
        opening = pen.take("(")
        arguments = [field(pen, argument) for argument in node.arguments]
        called = concat(called, bracketed(opening, arguments, pen.take(")"), ""))
    return called if node.alias is None else spaced((called, pen.any_words(2)))


def runs(pen: Pen, calls: tuple[ast.GroupCall, ...]) -> Doc:
    return Align(separated([group_call(pen, call) for call in calls]))
