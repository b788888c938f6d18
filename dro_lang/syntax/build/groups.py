"""Groups, steps and clauses."""

from dro_lang.syntax import ast
from dro_lang.syntax.build.builder import Builder, Parsed, Rule, has, subtrees, tokens, words
from dro_lang.syntax.build.expressions import number_of, text_of, time_of
from dro_lang.syntax.tree import Token


def _group(b: Builder, tree: Parsed) -> ast.Group:
    name, context, *usage = b.names(tree, "UPPER")
    parameters, steps = b.all(tree, "parameter"), b.all(tree, "step")
    return ast.Group(b.span(tree), name, parameters, context, usage[0] if usage else None, steps, doc=b.doc(tree))


def _parameter(b: Builder, tree: Parsed) -> ast.Parameter:
    kind, *default = b.all(tree)
    return ast.Parameter(b.span(tree), b.first_name(tree, "LOWER"), kind, default[0] if default else None)


def _step(b: Builder, tree: Parsed) -> ast.Step:
    kind, *parts = subtrees(tree)
    each = b.optional(tree, "scope_name")
    clauses = tuple(b(part) for part in parts if part.data != "scope_name")
    return ast.Step(b.span(tree), b.first_name(tree, "LOWER"), b(kind), each, clauses, doc=b.doc(tree))


def _kind(b: Builder, tree: Parsed) -> ast.Kind:
    return ast.Kind(b.span(tree), str(tree.children[0]), b.optional_name(tree, "UPPER"))


def _after(b: Builder, tree: Parsed) -> ast.After:
    join = next(subtrees(tree))
    return ast.After(b.span(tree), b.all(join, "dep"), join.data == "any_of")


def _dependency(b: Builder, tree: Parsed) -> ast.Dependency:
    return ast.Dependency(
        b.span(tree),
        b.first(tree, "step_ref"),
        b.names(tree, "LOWER"),
        b.optional(tree, "same", "every", "across"),
        b.optional(tree, "passing"),
    )


def _step_reference(b: Builder, tree: Parsed) -> ast.StepReference:
    *group, step = (b.name(token) for token in tokens(tree, "UPPER", "LOWER"))
    return ast.StepReference(b.span(tree), group[0] if group else None, step)


def _only_if(b: Builder, tree: Parsed) -> ast.OnlyIf:
    return ast.OnlyIf(b.span(tree), b.first(tree), has(tree, "else"))


def _starts(b: Builder, tree: Parsed) -> ast.Starts:
    start = next(subtrees(tree))
    *delay, base = b.all(start)
    at = next(tokens(tree, "TIME"), None)
    relation = {"before": "before", "after_": "after", "on_date": "on"}[start.data]
    time = None if at is None else time_of(b, at)
    return ast.Starts(b.span(tree), relation, delay[0] if delay else None, base, time)


def _span_of_time(b: Builder, tree: Parsed) -> ast.DurationOrName:
    part = tree.children[0]
    if isinstance(part, Token):
        return ast.NameReference(b.span(part), str(part))
    return b.node(part, ast.DurationLiteral)


def _level(b: Builder, tree: Parsed) -> ast.Level:
    within, *warn = b.all(tree, "span")
    return ast.Level(b.span(tree), within, warn[0] if warn else None)


def _retry(b: Builder, tree: Parsed) -> ast.Retry:
    times = next(tokens(tree, "NUMBER"), None)
    durations = b.all(tree, "duration", "business_duration")
    queue = b.optional(tree, "then")
    if times is None:
        return ast.Retry(b.span(tree), None, None, durations, queue)
    return ast.Retry(b.span(tree), number_of(b, times), durations[0] if durations else None, (), queue)


def _on_event(b: Builder, tree: Parsed) -> ast.OnChange:
    return ast.OnChange(b.span(tree), b.first(tree, "event"), b.first(tree, "group_call"), has(tree, "reverse"))


def _group_call(b: Builder, tree: Parsed) -> ast.GroupCall:
    arguments = tuple(ast.Argument(field.span, field.name, field.value) for field in b.all(tree, "arg"))
    return ast.GroupCall(b.span(tree), b.first_name(tree, "UPPER"), arguments, b.optional_name(tree, "LOWER"))


RULES: dict[str, Rule] = {
    "group": _group,
    "parameter": _parameter,
    "step": _step,
    "auto": _kind,
    "callout": _kind,
    "manual": _kind,
    "milestone": _kind,
    "pause": _kind,
    "staged_assetize": _kind,
    "after": _after,
    "dep": _dependency,
    "same": lambda b, t: ast.SameScope(b.span(t), b.first(t, "scope_name")),
    "every": lambda b, t: ast.EveryScope(b.span(t), b.first(t, "scope_name")),
    "across": lambda b, t: ast.AcrossPlans(b.span(t)),
    "step_ref": _step_reference,
    "only_if": _only_if,
    "starts": _starts,
    "anchor": lambda b, t: b.first(t),
    "previous": lambda b, t: ast.Previous(b.span(t)),
    "until": lambda b, t: ast.Until(b.span(t), b.first(t)),
    "expires": lambda b, t: ast.Expires(b.span(t), b.first(t)),
    "span": _span_of_time,
    "assign": lambda b, t: ast.Assign(b.span(t), b.first(t)),
    "level": _level,
    "due": lambda b, t: ast.Due(b.span(t), b.first(t)),
    "with_": lambda b, t: ast.With(b.span(t), b.first(t)),
    "gives": lambda b, t: ast.Gives(b.span(t), b.all(t, "attribute")),
    "retry_times": _retry,
    "retry_after": _retry,
    "then": lambda b, t: b.first_name(t, "UPPER"),
    "on_event": _on_event,
    "event": lambda b, t: words(t),
    "passing": lambda b, t: words(t),
    "allocation": lambda b, t: words(t),
    "point_of_no_return": lambda b, t: ast.PointOfNoReturn(b.span(t)),
    "freeze_by_completing": lambda b, t: ast.FreezeByCompleting(b.span(t)),
    "run_as": lambda b, t: ast.RunAs(b.span(t), text_of(b, next(tokens(t, "STRING")))),
    "group_call": _group_call,
}
