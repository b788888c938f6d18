"""Well-typed conditions and values, as text, over the names that can be seen at a place."""

from attrs import evolve, frozen
from hypothesis import strategies as st

from tests.programs.words import NUMBERS, Field, duration, literal, often, one, some, written

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
EQUALITIES = ("=", "!=")


@frozen
class Term:
    """Text that has a value of the field's type."""

    text: str
    field: Field


@frozen
class Scope:
    """What can be named: terms, lists of the context with the fields of their elements, and the clock."""

    terms: tuple[Term, ...]
    lists: tuple[tuple[str, tuple[Field, ...]], ...] = ()
    clock: tuple[str, ...] = ("today", "now")

    def required(self, kind: str) -> list[Term]:
        return [term for term in self.terms if term.field.kind == kind and not term.field.optional]

    def with_terms(self, terms: tuple[Term, ...]) -> "Scope":
        return evolve(self, terms=self.terms + terms)


def root(fields: tuple[Field, ...], lists: tuple[tuple[str, tuple[Field, ...]], ...] = ()) -> Scope:
    return Scope(tuple(Term(field.name, field) for field in fields), lists)


def item(fields: tuple[Field, ...]) -> tuple[Term, ...]:
    return tuple(Term(f"item.{field.name}", field) for field in fields)


def condition(draw: st.DrawFn, scope: Scope, depth: int = 2) -> str:
    """A condition that uses what is optional only where it has been shown to be known."""
    return _condition(draw, scope, depth)[0]


def _condition(draw: st.DrawFn, scope: Scope, depth: int) -> tuple[str, bool]:
    """A condition, and whether it is made of several parts."""
    shape = draw(st.integers(0, 6)) if depth else 0
    if shape < 4:
        return _simple(draw, scope, depth)
    if shape == 4:
        return f"not ({_condition(draw, scope, depth - 1)[0]})", False
    word = ("and", "or")[shape - 5]
    return f" {word} ".join(_part(draw, scope, depth - 1) for _ in range(draw(st.integers(2, 3)))), True


def _part(draw: st.DrawFn, scope: Scope, depth: int) -> str:
    text, compound = _condition(draw, scope, depth)
    return f"({text})" if compound or draw(st.integers(0, 9)) == 9 else text


def _simple(draw: st.DrawFn, scope: Scope, depth: int) -> tuple[str, bool]:
    lists = [(name, fields) for name, fields in scope.lists if fields]
    if not scope.terms or (lists and draw(st.integers(0, 4)) == 4):
        return (_over_list(draw, scope, lists, depth), False) if lists else ("today >= 2026-03-05", False)
    term = one(draw, scope.terms)
    if not term.field.optional:
        return _about(draw, scope, term), False
    known = evolve(term, field=evolve(term.field, optional=False))
    shape = draw(st.integers(0, 4))
    if shape < 2:
        return f"{term.text} is {('known', 'unknown')[shape]}", False
    if shape == 4:
        # Business days compare only with each other, and what is in the record may be of any unit.
        other = duration(draw, "days") if term.field.kind == "Duration" else literal(draw, term.field)
        replaced = f"default({term.text}, {other})"
        return _about(draw, scope, evolve(known, text=replaced)), False
    guard, word = (("is known", "and"), ("is unknown", "or"))[shape - 2]
    return f"{term.text} {guard} {word} {_about(draw, scope, known)}", True


def _about(draw: st.DrawFn, scope: Scope, term: Term) -> str:
    """A comparison of a value that is known."""
    text, kind = term.text, term.field.kind
    if kind == "Boolean":
        return one(draw, (text, f"not {text}", f"{text} = true", f"{text} != false"))
    if kind in ("Text", "Id"):
        return _of_text(draw, text)
    if term.field.constants:
        constants = some(draw, term.field.constants, 1)
        return one(
            draw,
            (
                f"{text} = {constants[0]}",
                f"{text} != {constants[0]}",
                f"{text} in {{ {', '.join(constants)} }}",
                f"{text} not in {{ {', '.join(constants)} }}",
            ),
        )
    others = [other for other in scope.required(kind) if other.text != text and kind != "Duration"]
    if others and draw(st.integers(0, 4)) == 4:
        return f"{text} {one(draw, COMPARISONS)} {one(draw, others).text}"
    if often(draw):
        return _with_constants(draw, term)
    return _computed(draw, scope, term)


def _with_constants(draw: st.DrawFn, term: Term) -> str:
    text, field = term.text, term.field
    shape = draw(st.integers(0, 3)) if field.kind in (*NUMBERS, "Date") else 0
    if field.kind == "Duration":
        return f"{text} {one(draw, COMPARISONS)} {duration(draw, one(draw, ('days', 'elapsed')))}"
    if shape < 2:
        return f"{text} {one(draw, COMPARISONS)} {literal(draw, field)}"
    if shape == 2:
        return f"{text} in {{ {', '.join(literal(draw, field) for _ in range(draw(st.integers(1, 3))))} }}"
    low = field.low if field.low is not None else min(0, (field.high or 0) - 5)
    high = field.high if field.high is not None else max(40, low + 5)
    first = draw(st.integers(low, high))
    last = draw(st.integers(first, high))
    ends = (written(field, first), written(field, last))
    ends = one(draw, (ends, (ends[0], ""), ("", ends[1])))
    return f"{text} {one(draw, ('in', 'not in'))} {ends[0]}..{ends[1]}"


def _of_text(draw: st.DrawFn, text: str) -> str:
    some_text = one(draw, ('"a"', '"Ab"', '""', '"A-1"'))
    return one(
        draw,
        (
            f"{text} = {some_text}",
            f"{text} != {some_text}",
            f"lower({text}) = {some_text}",
            f"upper(trim({text})) != {some_text}",
            f"starts_with({text}, {some_text})",
            f"ends_with({text}, {some_text})",
            f"contains({text}, {some_text})",
            f'{text} in {{ {some_text}, "b" }}',
            f"length({text}) > 3",
        ),
    )


def _computed(draw: st.DrawFn, scope: Scope, term: Term) -> str:
    """A comparison of something that is computed, to which no bounds apply."""
    text, kind = term.text, term.field.kind
    free = evolve(term.field, low=None, high=None)
    operator, other = one(draw, COMPARISONS), literal(draw, free)
    if kind == "Date":
        days = duration(draw, one(draw, ("days", "business")))
        options = [f"{text} + {days} {operator} {other}", f"weekday({text}) in 1..5", f"year({text}) = 2026"]
        options += [f"{text} - {other} {operator} {duration(draw, 'days')}"]
        if "today" in scope.clock:
            options += [f"{text} {operator} today", f"today - {text} {operator} {duration(draw, 'days')}"]
        return one(draw, options)
    if kind == "DateTime":
        options = [f"{text} - {duration(draw)} {operator} {other}", f"month({text}) <= 6", f"day({text}) > 1"]
        if "now" in scope.clock:
            options += [f"{text} {operator} now", f"now - {text} > {duration(draw, 'elapsed')}"]
        return one(draw, options)
    if kind == "Duration":
        return f"{text} {operator} {duration(draw, 'days')}"
    constant, within = written(free, draw(st.integers(0, 9))), literal(draw, term.field)
    options = [
        f"{text} + {constant} {operator} {other}",
        f"-{text} {operator} {other}",
        f"abs({text}) {operator} {constant}",
        f"min({text}, {within}) {operator} {other}",
        f"max({within}, {text}) {operator} {constant}",
        f"{text} * 2 {operator} {other}",
        f"({text} / {text} is known and {text} / {text} > 0.5)",
    ]
    if kind != "Integer":
        options += [f"{text} / 4 {operator} {other}", f"round({text} * 1.5, 1) {operator} {other}"]
    return one(draw, options)


def _over_list(draw: st.DrawFn, scope: Scope, lists: list[tuple[str, tuple[Field, ...]]], depth: int) -> str:
    name, fields = one(draw, lists)
    apart = tuple(term for term in scope.terms if not term.text.startswith("item."))
    inner = Scope(item(fields) * 2 + apart, (), scope.clock)
    where = condition(draw, inner, min(depth, 1))
    operator = one(draw, COMPARISONS)
    options = [
        f"any({name} where {where})",
        f"all({name} where {where})",
        f"count({name}) {operator} {draw(st.integers(0, 3))}",
        f"count({name} where {where}) {operator} {draw(st.integers(0, 3))}",
    ]
    added = [field for field in fields if field.kind in NUMBERS]
    if added:
        field = one(draw, added)
        constant = written(evolve(field, low=None, high=None), draw(st.integers(0, 50)))
        known = f"item.{field.name} is known and " if field.optional else ""
        options.append(f"sum({name}.{field.name} where {known}({where})) {operator} {constant}")
        options.append(f"default(max({name}.{field.name} where {known}({where})), {constant}) {operator} {constant}")
        if not known:
            options.append(f"sum({name}.{field.name}) {operator} {constant}")
            options.append(f"min({name}.{field.name}) is known")
    return one(draw, options)


def value(draw: st.DrawFn, scope: Scope, field: Field) -> str:
    """A value that is handed over to a field: a constant within its bounds, or one that varies."""
    options = [literal(draw, field)]
    for term in scope.terms:
        if term.field.kind == field.kind and _units_fit(term.field, field):
            if field.optional or not term.field.optional:
                options.append(term.text)
            else:
                options.append(f"default({term.text}, {literal(draw, term.field)})")
    options += [term.text for term in scope.required("Id") if field.kind == "Text"]
    options += [term.text for term in scope.required("Integer") if field.kind == "Decimal"]
    if field.kind in NUMBERS[1:]:
        options += [f"{term.text} * 0.5" for term in scope.required(field.kind)]
    return one(draw, options)


def _units_fit(given: Field, wanted: Field) -> bool:
    return wanted.kind != "Duration" or not wanted.unit or given.unit == wanted.unit
