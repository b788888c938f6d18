"""Tests and properties."""

from typing import Any

from dro_lang.syntax import ast
from dro_lang.syntax.build.builder import Builder, Parsed, Rule, has, tokens
from dro_lang.syntax.build.expressions import date_of, moment_of, text_of


def _text(b: Builder, tree: Parsed) -> ast.Text | None:
    token = next(tokens(tree, "STRING"), None)
    return None if token is None else text_of(b, token)


def _name(b: Builder, tree: Parsed) -> ast.Text:
    return text_of(b, next(tokens(tree, "STRING")))


def _test(b: Builder, tree: Parsed) -> ast.Test:
    return ast.Test(b.span(tree), _name(b, tree), b.first_name(tree, "UPPER"), b.all(tree), doc=b.doc(tree))


def _property(b: Builder, tree: Parsed) -> ast.Property:
    parts = b.all(tree)
    assume = parts[0] if has(tree, "assume") else None
    claims = parts[1:] if assume is not None else parts
    return ast.Property(b.span(tree), _name(b, tree), b.first_name(tree, "UPPER"), assume, claims, doc=b.doc(tree))


def _expect_step(b: Builder, tree: Parsed) -> ast.ExpectStep:
    day = next(tokens(tree, "DATE"), None)
    on = None if day is None else date_of(b, day)
    return ast.ExpectStep(b.span(tree), b.first(tree, "instance"), b.first_name(tree, "LOWER"), on)


def _change(b: Builder, tree: Parsed) -> ast.Change:
    return ast.Change(b.span(tree), b.first(tree, "event"), _text(b, tree), b.optional(tree, "object"))


def _of_instance(kind: Any) -> Rule:
    return lambda b, t: kind(b.span(t), b.first(t, "instance"))


def _of_step(kind: Any) -> Rule:
    return lambda b, t: kind(b.span(t), b.first(t, "step_ref"), b.first_name(t, "LOWER"))


RULES: dict[str, Rule] = {
    "test": _test,
    "property": _property,
    "instance": lambda b, t: ast.Instance(b.span(t), b.first(t, "step_ref"), _text(b, t)),
    "today": lambda b, t: ast.TodayLine(b.span(t), moment_of(b, t)),
    "given": lambda b, t: ast.Given(b.span(t), b.first(t)),
    "expect_scenario": lambda b, t: ast.ExpectScenarios(b.span(t), b.names(t, "LOWER")),
    "expect_none": lambda b, t: ast.ExpectScenarios(b.span(t), ()),
    "expect_plan": lambda b, t: ast.ExpectPlan(b.span(t), b.first_name(t, "LOWER")),
    "expect_step": _expect_step,
    "expect_rejected": lambda b, t: ast.ExpectRejected(b.span(t), _name(b, t)),
    "advance": lambda b, t: ast.Advance(b.span(t), b.first(t)),
    "advance_to": lambda b, t: ast.AdvanceTo(b.span(t), moment_of(b, t)),
    "complete": lambda b, t: ast.Complete(b.span(t), b.first(t, "instance"), b.optional(t, "object")),
    "fail": lambda b, t: ast.Fail(b.span(t), b.first(t, "instance"), _text(b, t)),
    "answer": lambda b, t: ast.Answer(b.span(t), b.first(t, "instance"), b.first(t, "object")),
    "retry_now": _of_instance(ast.RetryNow),
    "discard": _of_instance(ast.Discard),
    "set_": lambda b, t: ast.SetData(b.span(t), b.first(t)),
    "change": _change,
    "freeze": lambda b, t: ast.Freeze(b.span(t)),
    "unfreeze": lambda b, t: ast.Unfreeze(b.span(t)),
    "offline": lambda b, t: ast.Offline(b.span(t), b.first_name(t, "UPPER")),
    "online": lambda b, t: ast.Online(b.span(t), b.first_name(t, "UPPER")),
    "never_step": _of_step(ast.NeverStep),
    "always_step": _of_step(ast.AlwaysStep),
    "always_scenario": lambda b, t: ast.AlwaysScenario(b.span(t), b.names(t, "LOWER")),
    "order": lambda b, t: ast.Order(b.span(t), *b.all(t, "step_ref")),
    "ends": lambda b, t: ast.Ends(b.span(t), b.optional(t, "duration", "business_duration")),
}
